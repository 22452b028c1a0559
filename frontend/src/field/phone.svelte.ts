/** The phone of a team: what it knows, what it records, what it still has to hand in. */

import { t } from "../lib/say";
import { groundAgain, join, lineOf, read, readFile, readGround, toldAgain, type Ground, type Told } from "./desk";
import { BACKOFF_S, inOrder, newItem, sendAll, settled, ShutOut, waiting, type Item, type ItemKind } from "./outbox";
import { PhoneShelf } from "./shelf";
import { gapsOf, isWorth, type Fix } from "./track";

const BATCH_MS = 30_000;
const READ_MS = 20_000;
const TRAIL_EVERY = 20;
/** The desk need not hear of every per cent. */
const CHARGE_STEP = 0.05;

/** A number that nobody else has; also where the page is not secure and `crypto.randomUUID` is missing. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

interface Recording {
  track: string;
  assignment: string;
  since: string;
  points: number;
  last: Fix | null;
}

class PhoneStore {
  isReady: boolean = $state(false);
  token: string | null = $state(null);
  told: Told | null = $state.raw(null);
  /** When the desk was last read, and whether it answers now. */
  readAt: string | null = $state(null);
  isReached: boolean = $state(false);
  /** The desk's own words where it shut this phone out. */
  shutOut: string | null = $state(null);
  items: Item[] = $state.raw([]);
  recording: Recording | null = $state.raw(null);
  trail: Fix[] = $state.raw([]);
  fix: Fix | null = $state.raw(null);
  fixFault: string | null = $state(null);
  isAwake: boolean = $state(false);
  ground: Ground | null = $state.raw(null);
  shade: Blob | null = $state.raw(null);
  portrait: Blob | null = $state.raw(null);

  waiting: Item[] = $derived(waiting(this.items));
  refused: Item[] = $derived(inOrder(this.items).filter((i) => i.state === "refused"));
  log: Item[] = $derived(inOrder(this.items).filter((i) => !["points", "battery"].includes(i.kind)).reverse().slice(0, 60));
  zone: string = $derived(this.told?.time_zone ?? "UTC");

  #shelf: PhoneShelf | null = null;
  #tag: string | null = null;
  #failed = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isSending = false;
  #charge: number | null = null;
  #watch: number | null = null;
  #lock: WakeLockSentinel | null = null;
  #batch: ReturnType<typeof setInterval> | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** Take up what lies on this phone, and the line to the desk. */
  async start(): Promise<void> {
    const shelf = (this.#shelf = await PhoneShelf.open());
    this.items = await shelf.all();
    this.token = (await shelf.get("token") as string | undefined) ?? null;
    this.told = kept(toldAgain, await shelf.get("told"));
    this.readAt = (await shelf.get("readAt") as string | undefined) ?? null;
    this.ground = kept(groundAgain, await shelf.get("ground"));
    this.shade = (await shelf.get("shade") as Blob | undefined) ?? null;
    this.portrait = (await shelf.get("portrait") as Blob | undefined) ?? null;
    const going = await shelf.get("recording") as Recording | null | undefined;
    this.trail = (await shelf.get("trail") as Fix[] | undefined) ?? [];
    this.isReady = true;
    if (going) this.#record(going);
    window.addEventListener("online", () => this.nudge());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      this.nudge();
      if (this.recording) void this.#stayAwake();
    });
    void navigator.storage?.persist?.();
    this.nudge();
  }

  async join(code: string, holder: string): Promise<void> {
    const made = await join(code, holder);
    await this.#shelf?.keep("token", made.token);
    this.token = made.token;
    this.shutOut = null;
    this.#tag = null;
    this.nudge();
  }

  /** Write a thing down; when this ends it is on the phone, whatever happens to the page. */
  async write(kind: ItemKind, body: Record<string, unknown>, file?: Blob): Promise<string> {
    const item = newItem(kind, $state.snapshot(body) as Record<string, unknown>, new Date(), newId(), file);
    await this.#shelf?.put(item);
    await this.#look();
    this.nudge();
    return item.id;
  }

  /** Forget this search on this phone; only where nothing waits. */
  async leave(): Promise<void> {
    if (this.waiting.length || this.recording) return;
    await this.#shelf?.clear();
    location.reload();
  }

  /** Everything on this phone as a file, to be carried to the desk by cable or card. */
  async asFile(): Promise<Blob> {
    const items = await Promise.all(inOrder(this.items).map(async (i) => ({ ...i, file: i.file ? await asText(i.file) : undefined })));
    return new Blob([JSON.stringify({ phone: this.told?.phone ?? null, case: this.told?.case ?? null, items }, null, 1)], { type: "application/json" });
  }

  nudge(): void {
    clearTimeout(this.#timer);
    void this.#exchange();
  }

  async #look(): Promise<void> {
    this.items = (await this.#shelf?.all()) ?? [];
  }

  async #exchange(): Promise<void> {
    const [shelf, token] = [this.#shelf, this.token];
    if (shelf === null || token === null || this.#isSending) return;
    this.#isSending = true;
    let next_ms = READ_MS;
    try {
      await this.#gather();
      await this.#tellCharge(shelf);
      await sendAll(shelf, lineOf(token));
      await this.#read(shelf, token);
      this.isReached = true;
      this.shutOut = null;
      this.#failed = 0;
    } catch (error) {
      this.isReached = error instanceof ShutOut;
      if (error instanceof ShutOut) this.shutOut = error.message;
      next_ms = 1000 * (BACKOFF_S[Math.min(this.#failed, BACKOFF_S.length - 1)] ?? 60);
      this.#failed += 1;
    }
    this.#isSending = false;
    await this.#look();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#exchange(), next_ms);
  }

  /** How much the battery holds, where the phone says so: a phone that dies is not a team in need. */
  async #tellCharge(shelf: PhoneShelf): Promise<void> {
    const level = await charge();
    if (level === null || !this.isReached || (this.#charge !== null && Math.abs(level - this.#charge) < CHARGE_STEP)) return;
    this.#charge = level;
    await shelf.put(newItem("battery", { level }, new Date(), newId()));
  }

  async #read(shelf: PhoneShelf, token: string): Promise<void> {
    const news = await read(token, this.#tag);
    this.readAt = new Date().toISOString();
    await shelf.keep("readAt", this.readAt);
    if (news === null) return;
    const before = this.told;
    this.told = news.told;
    this.#tag = news.tag;
    await shelf.keep("told", news.told);
    for (const item of settled(this.items, news.told.outcomes)) await shelf.put(item);
    const ground = (told: Told | null): string => JSON.stringify(told?.assignments.map((a) => a.segment.ring) ?? []);
    if (this.ground === null || ground(before) !== ground(news.told)) {
      this.ground = await readGround(token);
      await shelf.keep("ground", this.ground);
      this.shade = this.ground.hillshade === null ? null : await readFile(token, "map/hillshade.png");
      await shelf.keep("shade", this.shade);
    }
    const [face, had] = [news.told.subject.portrait, before?.subject.portrait ?? null];
    if (face !== had || (face !== null && this.portrait === null)) {
      this.portrait = face === null ? null : await readFile(token, "portrait.jpg");
      await shelf.keep("portrait", this.portrait);
    }
  }

  // -- where the phone is ---------------------------------------------------------------------------

  /** The position now, once. */
  locate(): Promise<Fix | null> {
    return new Promise((resolve) => {
      if (!("geolocation" in navigator)) {
        this.fixFault = t("This phone gives no position to this page.");
        resolve(null);
        return;
      }
      navigator.geolocation.getCurrentPosition(
        (p) => { this.fix = fixOf(p); this.fixFault = null; resolve(this.fix); },
        (e) => { this.fixFault = faultOf(e); resolve(null); },
        { enableHighAccuracy: true, timeout: 20_000, maximumAge: 10_000 },
      );
    });
  }

  async startTrack(assignment: string): Promise<void> {
    const made: Recording = { track: newId(), assignment, since: new Date().toISOString(), points: 0, last: null };
    this.trail = [];
    await this.#shelf?.keep("trail", []);
    await this.#shelf?.keep("recording", made);
    this.#record(made);
  }

  async stopTrack(): Promise<void> {
    const held = this.recording;
    if (held === null) return;
    this.#unwatch();
    await this.#writing;
    await this.#gather();
    const body = { assignment: held.assignment, track: held.track, points_total: this.recording?.points ?? held.points, gaps: gapsOf(this.trail) };
    this.recording = null;
    await this.#shelf?.keep("recording", null);
    await this.write("track_end", body);
  }

  #record(held: Recording): void {
    this.recording = held;
    this.#batch = setInterval(() => this.nudge(), BATCH_MS);
    void this.#stayAwake();
    if (!("geolocation" in navigator)) return;
    this.#watch = navigator.geolocation.watchPosition(
      (p) => void this.#took(fixOf(p)),
      (e) => { this.fixFault = faultOf(e); },
      { enableHighAccuracy: true, maximumAge: 5000 },
    );
  }

  /** Positions are written one after the other, and stopping waits for the last one. */
  #took(fix: Fix): Promise<void> {
    return (this.#writing = this.#writing.then(() => this.#writeFix(fix)));
  }

  async #writeFix(fix: Fix): Promise<void> {
    this.fix = fix;
    this.fixFault = null;
    const held = this.recording;
    if (held === null || !isWorth(held.last, fix)) return;
    this.trail = [...this.trail, fix];
    const more = { ...held, points: held.points + 1, last: fix };
    this.recording = more;
    await this.#shelf?.addFix(held.track, fix);
    await this.#shelf?.keep("recording", more);
    // the whole trail is only for the eye; each position by itself is on the shelf already
    if (this.trail.length % TRAIL_EVERY === 0) await this.#shelf?.keep("trail", this.trail);
  }

  async #gather(): Promise<void> {
    const held = this.recording;
    if (held === null) return;
    const body = (points: Fix[]): Record<string, unknown> => ({ assignment: held.assignment, track: held.track, points });
    await this.#shelf?.gather(held.track, (points) => newItem("points", body(points), new Date(), newId()));
    await this.#look();
  }

  #unwatch(): void {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
    clearInterval(this.#batch);
    void this.#lock?.release();
    this.#lock = null;
    this.isAwake = false;
  }

  /** A phone that sleeps gives no positions: keep the screen on while it records, where the phone lets us. */
  async #stayAwake(): Promise<void> {
    try {
      this.#lock = (await navigator.wakeLock?.request("screen")) ?? null;
      this.isAwake = this.#lock !== null;
      this.#lock?.addEventListener("release", () => { this.isAwake = false; });
    } catch {
      this.isAwake = false;
    }
  }
}

async function charge(): Promise<number | null> {
  const phone: Navigator & { getBattery?: () => Promise<{ level: number }> } = navigator;
  try {
    return (await phone.getBattery?.())?.level ?? null;
  } catch {
    return null; // forbidden by the phone's owner
  }
}

function kept<T>(check: (value: unknown) => T, value: unknown): T | null {
  try {
    return value === undefined || value === null ? null : check(value);
  } catch {
    return null; // of an older version of this page; the desk is read again
  }
}

function fixOf(p: GeolocationPosition): Fix {
  const c = p.coords;
  return [c.latitude, c.longitude, new Date(p.timestamp).toISOString(), c.accuracy, c.altitude];
}

function faultOf(error: GeolocationPositionError): string {
  return error.code === error.PERMISSION_DENIED
    ? t("This page may not see where the phone is. Allow the position for this page in the phone's settings.")
    : t("The phone does not know its position right now. In the open it comes back.");
}

async function asText(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let out = "";
  for (let i = 0; i < bytes.length; i += 0x8000) out += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(out);
}

export const phone = new PhoneStore();
