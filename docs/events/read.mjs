import fs from "node:fs";
const url = process.env.VEFA_URL, { tenant, email, password } = JSON.parse(fs.readFileSync(process.env.VEFA_CREDENTIALS));
const call = async (path, init) => (await fetch(url + path, init)).json();
const { token } = await call("/v1/session", { method: "POST", headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ tenant, email, password }) });
for (let after = ""; ; ) {
  const page = await call(`/v1/events?pageSize=500&waitMs=5000&after=${after}`, { headers: { Authorization: `Bearer ${token}` } });
  for (const event of page.events) console.log(event.type, event.subject, event.aggregateVersion);
  after = page.nextCursor;
}
