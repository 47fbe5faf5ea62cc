/** What goes to the server: the same secret twice is one answer, so that sending again is always safe. */
export interface Answer {
  secret: string;
  opened: string;
  lang: string;
  data: Record<string, unknown>;
  finished: boolean;
  unconfirmed?: boolean;
  website?: string;
}

const MOST_KEPT_ALIVE = 20_000; // characters; browsers refuse to go on with more than 64 KiB of a page that is left

/** A question whose answer does not fit, and what was expected. */
export interface Fault {
  field: string;
  expected: string;
}

export class Refused extends Error {
  readonly status: number;
  readonly faults: Fault[];
  constructor(status: number, detail: string, faults: Fault[]) {
    super(detail);
    this.status = status;
    this.faults = faults;
  }
}

/** Sends an answer; throws Refused when the server said no, TypeError when it could not be reached. */
export async function send(address: string, answer: Answer): Promise<void> {
  const body = JSON.stringify(answer);
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body,
    credentials: "omit",
    keepalive: body.length < MOST_KEPT_ALIVE,
  });
  if (response.ok) return;
  const problem = (await response.json().catch(() => ({}))) as { detail?: string; errors?: Fault[] };
  throw new Refused(response.status, problem.detail ?? "", problem.errors ?? []);
}

export function hidden(form: HTMLFormElement, name: string): string {
  return form.querySelector<HTMLInputElement>(`input[name="${name}"]`)?.value ?? "";
}

/** A secret of the browser's own, as long as those of the server. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_");
}
