import { execFileSync } from "node:child_process";
import { chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** A certificate for 127.0.0.1 that only vouches for itself, and its key. */
export interface Certificate {
  /** The certificate in PEM format. */
  readonly pem: string;
  /** The settings of a server that shows it. */
  readonly settings: readonly string[];
  remove(): void;
}

/**
 * Makes a certificate.
 *
 * @param owner Who may read its key, where this process is root: the server refuses a key that others can read.
 */
export function makeCertificate(
  owner: { readonly uid: number; readonly gid: number } | undefined,
): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-tls-"));
  const [key, certificate] = [join(folder, "server.key"), join(folder, "server.crt")];
  const subject = ["-subj", "/CN=awaitlet test", "-addext", "subjectAltName=IP:127.0.0.1"];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject];
  execFileSync("openssl", [...args, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  if (owner !== undefined && process.getuid?.() === 0) {
    for (const path of [folder, key, certificate]) chownSync(path, owner.uid, owner.gid);
  }
  return {
    pem: readFileSync(certificate, "utf8"),
    settings: ["ssl=on", `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`],
    remove: () => rmSync(folder, { recursive: true }),
  };
}
