/**
 * Whether an address is one of AWS's own, such as a VPC endpoint: another way to the same secrets. All others are
 * other places, an emulator for instance.
 */
export function isOfAws(endpoint: string): boolean {
  return /\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws|amazonwebservices\.com\.cn)$/.test(new URL(endpoint).hostname);
}
