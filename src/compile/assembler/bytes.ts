/**
 * A growing byte buffer with WebAssembly's number encodings.
 *
 * @module
 */

const text = new TextEncoder();

/** Bytes written one after another. */
export class Bytes {
  private buffer: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  private readonly floats = new DataView(new ArrayBuffer(8));
  length = 0;

  /** Room for `n` more bytes. */
  private reserve(n: number): void {
    if (this.length + n <= this.buffer.length) return;
    const wider = new Uint8Array(Math.max(this.length + n, 2 * this.buffer.length));
    wider.set(this.buffer.subarray(0, this.length));
    this.buffer = wider;
  }

  byte(value: number): void {
    if (this.length === this.buffer.length) this.reserve(1);
    this.buffer[this.length++] = value;
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Unsigned LEB128 of an integer below 2³². */
  unsigned(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** Unsigned LEB128 in five bytes, so that it can be overwritten with another number. */
  padded(value: number, at: number = this.length): void {
    if (at === this.length) {
      this.reserve(5);
      this.length += 5;
    }
    let rest = value;
    for (let i = 0; i < 4; i++) {
      this.buffer[at + i] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[at + 4] = rest;
  }

  /** Signed LEB128 of a 32-bit integer. */
  signed(value: number): void {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  /** Signed LEB128 of a 64-bit integer. */
  signed64(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  float32(value: number): void {
    this.floats.setFloat32(0, value, true);
    for (let i = 0; i < 4; i++) this.byte(this.floats.getUint8(i));
  }

  float64(value: number): void {
    this.floats.setFloat64(0, value, true);
    for (let i = 0; i < 8; i++) this.byte(this.floats.getUint8(i));
  }

  /** A name: its length and its UTF-8 bytes. */
  name(value: string): void {
    const bytes = text.encode(value);
    this.unsigned(bytes.length);
    this.append(bytes);
  }

  /** What has been written; valid until more is. */
  view(): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(0, this.length);
  }
}
