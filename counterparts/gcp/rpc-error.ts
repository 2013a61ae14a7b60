import { Metadata, type status } from "@grpc/grpc-js";

export { status } from "@grpc/grpc-js";

/** A refusal with a gRPC status; `reason` as in Google's error details (`SERVICE_DISABLED`, …). */
export class RpcError extends Error {
  override name = "RpcError";
  readonly code: status;
  readonly details: string;
  readonly metadata = new Metadata();

  constructor(code: status, message: string, reason?: string) {
    super(message);
    this.code = code;
    this.details = message;
    if (reason !== undefined) this.metadata.set("grpc-status-details-bin", statusDetails(code, message, reason));
  }
}

// google.rpc.Status with one google.rpc.ErrorInfo: three small messages, so their bytes are written by hand.
function statusDetails(code: number, message: string, reason: string): Buffer {
  const info = Buffer.concat([field(1, reason), field(2, "googleapis.com")]);
  const any = Buffer.concat([field(1, "type.googleapis.com/google.rpc.ErrorInfo"), field(2, info)]);
  return Buffer.concat([Buffer.from([0x08, code]), field(2, message), field(3, any)]);
}

function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
