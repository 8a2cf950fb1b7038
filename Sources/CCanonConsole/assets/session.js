// Who is signed in. The access token lives in this object and nowhere else; the refresh token is a cookie that no script
// can read. `X-Canon-Console` is the CSRF check: another site cannot send this header without the server's consent.

const headers = { Accept: "application/json", "X-Canon-Console": "1" };
const renewBefore = 60_000; // ms before its end that a token is renewed
const channelName = "canon-session";

/** An answer other than success. `status` 0 means that no answer came. */
export class RequestError extends Error {
  constructor(status, { error = "", message = "", field } = {}, retryAfter = null) {
    super(message || fallbackMessage(status));
    this.name = "RequestError";
    this.status = status;
    this.code = error;
    this.field = field;
    this.retryAfter = retryAfter; // seconds
  }
}

function fallbackMessage(status) {
  if (status === 0) return "The server cannot be reached. Check that it is running, then try again.";
  if (status === 429) return "Too many attempts. Wait a moment, then try again.";
  if (status >= 500) return "The server had a problem. Try again; its log says more.";
  return `The server refused the request (${status}).`;
}

/**
 * Emits `signedout` when there is no session any more (its detail: `left` by the user, here or in another tab, or
 * `ended` by the server) and `renewed` with a newer token.
 */
export class Session extends EventTarget {
  #token = null;
  #expiresAt = 0;
  #renewal = null;
  #timer = null;
  #channel = typeof BroadcastChannel === "function" ? new BroadcastChannel(channelName) : null;

  constructor() {
    super();
    this.user = null;
    if (this.#channel) this.#channel.onmessage = ({ data }) => data === "signed-out" && this.#forget("left");
  }

  get signedIn() {
    return this.#token !== null;
  }

  config() {
    return this.#exchange("GET", "/auth/config");
  }

  /** Takes the session up again after a reload. @returns whether there was one */
  async restore() {
    try {
      await this.renew();
    } catch (error) {
      if (error.status === 401) return false;
      throw error;
    }
    return true;
  }

  async signIn(email, password) {
    await this.#adopt(await this.#exchange("POST", "/auth/login", { email, password }));
  }

  async setUp(token, email, password) {
    await this.#adopt(await this.#exchange("POST", "/auth/setup", { token, email, password }));
  }

  async visit() {
    await this.#adopt(await this.#exchange("POST", "/auth/demo", {}));
  }

  async signOut() {
    // The page forgets in any case; a server that cannot be reached lets the tokens run out.
    await this.#exchange("POST", "/auth/logout", {}, this.#token).catch(() => {});
    this.#channel?.postMessage("signed-out");
    this.#forget("left");
  }

  /** A token that is valid for a while yet. */
  async accessToken() {
    if (Date.now() > this.#expiresAt - renewBefore / 2) await this.renew();
    return this.#token;
  }

  /** Gets a new access token with the cookie. Calls at the same time share one exchange, in all tabs. */
  renew() {
    this.#renewal ??= this.#renewOnce().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  /** A request in the name of the user. Renews the token once when the server no longer takes it. */
  async request(method, path, body) {
    try {
      return await this.#exchange(method, path, body, await this.accessToken());
    } catch (error) {
      if (error.status !== 401) throw error;
      await this.renew();
      return this.#exchange(method, path, body, this.#token);
    }
  }

  async #renewOnce() {
    // Refresh tokens rotate: two tabs that used the same one at once would look like a theft.
    const exchange = () => this.#exchange("POST", "/auth/refresh", {});
    const hadToken = this.signedIn;
    try {
      await this.#adopt(await (navigator.locks ? navigator.locks.request(channelName, exchange) : exchange()));
    } catch (error) {
      if (error.status === 401 && hadToken) this.#forget("ended");
      throw error;
    }
    this.dispatchEvent(new CustomEvent("renewed", { detail: this.#token }));
  }

  async #adopt({ access_token: token, expires_in: seconds = 900, user }) {
    this.#token = token;
    this.#expiresAt = Date.now() + seconds * 1_000;
    clearTimeout(this.#timer);
    const delay = Math.max(5_000, seconds * 1_000 - renewBefore);
    this.#timer = setTimeout(() => this.renew().catch(() => {}), delay);
    if (user) this.user = user;
    else this.user ??= await this.#exchange("GET", "/auth/me", undefined, token);
  }

  #forget(how) {
    if (!this.signedIn) return;
    clearTimeout(this.#timer);
    this.#token = null;
    this.#expiresAt = 0;
    this.user = null;
    this.dispatchEvent(new CustomEvent("signedout", { detail: how }));
  }

  async #exchange(method, path, body, token) {
    const options = { method, headers: { ...headers }, credentials: "same-origin", cache: "no-store" };
    if (token) options.headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) {
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    let response;
    try {
      response = await fetch(path, options);
    } catch {
      throw new RequestError(0);
    }
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer;
    const wait = Number(response.headers.get("Retry-After"));
    throw new RequestError(response.status, answer ?? {}, Number.isFinite(wait) && wait > 0 ? wait : null);
  }
}
