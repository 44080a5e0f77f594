/** One dispatched message of a server-sent event stream. */
export interface StreamMessage {
  id: string;
  type: string;
  data: string;
}

/** The longest line kept; a longer one can only be a broken stream. */
const MAX_BUFFER = 1_000_000;

/**
 * Reads the text/event-stream format. The browser's EventSource is not used: it hides the status of
 * a refused stream, and it drops events whose type was not known when the console was built.
 */
export class StreamParser {
  private buffer = '';
  private id = '';
  private type = '';
  private data: string[] = [];

  /** `moved` hears of an id without data: a place further on, past what a filter dropped. */
  constructor(
    private readonly deliver: (message: StreamMessage) => void,
    private readonly moved: (id: string) => void = () => {},
  ) {}

  push(text: string): void {
    this.buffer += text;
    if (this.buffer.length > MAX_BUFFER) throw new Error('the event stream sent a line without an end');
    // A carriage return at the very end may be half of a line end: it waits for the next piece.
    const pieces = this.buffer.split(/\r\n|\n|\r(?!$)/);
    this.buffer = pieces.pop() ?? '';
    for (const line of pieces) this.line(line);
  }

  private line(line: string): void {
    if (line === '') {
      if (this.data.length > 0) this.deliver({ id: this.id, type: this.type || 'message', data: this.data.join('\n') });
      else if (this.id !== '') this.moved(this.id);
      this.type = '';
      this.data = [];
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') this.id = value;
    else if (field === 'event') this.type = value;
    else if (field === 'data') this.data.push(value);
  }
}

/** Feeds a response body to the parser until it ends, the signal aborts or `deliver` throws. */
export async function readStream(
  body: ReadableStream<Uint8Array>,
  deliver: (message: StreamMessage) => void,
  moved?: (id: string) => void,
): Promise<void> {
  const parser = new StreamParser(deliver, moved);
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Whatever ended the reading ends the connection as well.
    reader.cancel().catch(() => {});
  }
}
