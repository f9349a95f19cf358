/** Plain, blocking-style code: written for a socket that blocks, and not changed since. */

/** Sends a message to a server and gives back its answer. */
export type SendReceive = (host: string, port: number, message: string) => string;

/** Sends a message to an echo server, by whatever `implementation` there is, and checks that it comes back. */
export function sendReceiveLogic(
  message: string,
  host: string,
  port: number,
  implementation: SendReceive,
): string {
  const answer = implementation(host, port, message);
  if (answer !== message) {
    throw new Error(`echo ${JSON.stringify(message)}: the server answered ${JSON.stringify(answer)}`);
  }
  return answer;
}
