// What every client in Node keeps of what it reads, and says at its end.

const PROBLEMS_MAX = 20;

/** The versions of each subject must run 1, 2, 3, … and no event may come twice. */
export class Reading {
  constructor() {
    this.ids = [];
    this.known = new Set();
    this.versions = new Map();
    this.problems = [];
    this.payloads = new Map();
  }

  complain(text) {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(text);
  }

  /** One event; subjects of different topics are different histories. */
  take({ id, topic, subject, version, payload }) {
    if (this.known.has(id)) return this.complain(`${id} came twice`);
    this.known.add(id);
    this.ids.push(id);
    const history = `${topic} ${subject}`;
    const last = this.versions.get(history) ?? 0;
    if (version !== last + 1) this.complain(`${history} goes from version ${last} to ${version}`);
    this.versions.set(history, version);
    if (payload !== undefined) this.payloads.set(id, payload);
  }
}

/** `--name value` pairs. */
export function options(words) {
  const given = {};
  for (let i = 0; i + 1 < words.length; i += 2) given[words[i].replace(/^--/, '')] = words[i + 1];
  return given;
}

/**
 * Compares a reading of everything with one that was resumed in the middle of it, prints the report as one JSON
 * object and ends the process. `newer` are the ids of the events of a later schema, with what was in their payload.
 */
export function report(client, started, whole, rest, from, newer) {
  const wanted = whole.ids.slice(from);
  const same = wanted.length === rest.length && wanted.every((id, i) => id === rest[i]);
  if (!same) whole.complain(`resumed after ${from} events: ${rest.length} came, ${wanted.length} were left, or others`);
  for (const id of Object.keys(newer)) if (!whole.known.has(id)) whole.complain(`the newer event ${id} did not come`);
  const seconds = Math.round((performance.now() - started) / 10) / 100;
  const { ids, versions, problems } = whole;
  const resumed = rest.length;
  const counts = { events: ids.length, subjects: versions.size, resumed };
  console.log(JSON.stringify({ client, ...counts, newer, seconds, problems }));
  process.exit(problems.length > 0 ? 1 : 0);
}

/** Signs in; the bearer token. */
export async function signIn(url, credentials) {
  const { tenant, email, password } = credentials;
  const answer = await fetch(`${url}/v1/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ tenant, email, password }),
  });
  if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).token;
}
