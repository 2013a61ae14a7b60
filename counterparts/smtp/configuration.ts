/** What Exim is told. Paths are this server's own. */
export interface EximFolder {
  readonly folder: string;
  readonly port: number;
  readonly implicitPort: number;
}

/** The account that may log in. */
export const account: { readonly user: string; readonly password: string } = {
  user: "tokenward",
  password: "p4ssw0rd-of-the-mailbox",
};

/**
 * Exim's configuration: STARTTLS and implicit TLS, AUTH PLAIN only after TLS, mail to anybody at example.com ends in one
 * file, and three addresses that are treated badly.
 */
export function eximConfiguration({ folder, port, implicitPort }: EximFolder): string {
  return `
primary_hostname = mail.example.com
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/exim.pid
daemon_smtp_ports = ${port} : ${implicitPort}
tls_on_connect_ports = ${implicitPort}
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = ${folder}/certificate.pem
tls_privatekey = ${folder}/key.pem
acl_smtp_auth = check_auth
acl_smtp_rcpt = check_rcpt
never_users =
trusted_users = root
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
add_environment = PATH=/usr/bin
queue_only = false
smtp_accept_max = 20
message_logs = false

begin acl
check_auth:
  deny condition = \${if !eq{$tls_in_cipher}{}{no}{yes}}
       message = encryption first
  accept
check_rcpt:
  deny recipients = nobody@example.com
       message = 5.1.1 no such user
  defer recipients = later@example.com
       message = 4.2.1 come back later
  deny recipients = members@example.com
       !authenticated = *
       message = 5.7.1 log in first
  accept domains = example.com
  deny message = relay not permitted

begin routers
files:
  driver = accept
  transport = file

begin transports
file:
  driver = appendfile
  file = ${folder}/mail/all
  user = Debian-exim
  group = Debian-exim
  envelope_to_add
  return_path_add
  message_prefix = "From \${sender_address}\\n"
  message_suffix = "\\n"

begin retry
*  *  F,1h,1m

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and{{eq{$auth2}{${account.user}}}{eq{$auth3}{${account.password}}}}}
  server_set_id = $auth2
  server_advertise_condition = \${if def:tls_in_cipher}
`;
}
