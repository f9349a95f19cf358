/** A module as small as they come: what starting a thread is measured with. */

const greetings: Readonly<Record<string, string>> = { en: "hello", de: "hallo", fr: "bonjour" };

export function greet(name: string, language = "en"): string {
  const greeting = greetings[language];
  if (greeting === undefined) throw new RangeError(`greet: there is no language ${language}`);
  return `${greeting}, ${name}`;
}
