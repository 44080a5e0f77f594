// Reads LZ4 frames (lz4_Frame_format.md 1.6), which our topics use and kafkajs does not know.
// Checksums are skipped: Kafka's batches carry a CRC of their own.

const MAGIC = 0x184d2204;
const MIN_MATCH = 4;

/** @param {Buffer} frame @returns {Buffer} */
export function decompressFrame(frame) {
  if (frame.readUInt32LE(0) !== MAGIC) throw new Error('not an LZ4 frame');
  const flags = frame[4];
  const blockChecksum = (flags & 0x10) !== 0;
  let at = 6 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0) + 1;
  const output = new Output(frame.length * 4);
  for (let size = frame.readUInt32LE(at); size !== 0; size = frame.readUInt32LE(at)) {
    at += 4;
    const stored = size >>> 31 !== 0;
    const length = size & 0x7fffffff;
    if (stored) output.append(frame, at, length);
    else decompressBlock(frame, at, at + length, output);
    at += length + (blockChecksum ? 4 : 0);
  }
  return output.bytes();
}

// A match may reach back into earlier blocks, so all blocks share one output.
function decompressBlock(input, start, end, output) {
  let at = start;
  const length = (nibble) => {
    let sum = nibble;
    if (nibble === 15) {
      let byte;
      do {
        byte = input[at++];
        sum += byte;
      } while (byte === 255);
    }
    return sum;
  };
  while (at < end) {
    const token = input[at++];
    const literals = length(token >>> 4);
    output.append(input, at, literals);
    at += literals;
    if (at >= end) return;
    const distance = input.readUInt16LE(at);
    at += 2;
    output.repeat(distance, length(token & 15) + MIN_MATCH);
  }
}

class Output {
  constructor(capacity) {
    this.buffer = Buffer.allocUnsafe(Math.max(capacity, 1024));
    this.size = 0;
  }

  reserve(more) {
    if (this.size + more <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.size + more));
    this.buffer.copy(larger, 0, 0, this.size);
    this.buffer = larger;
  }

  append(source, start, length) {
    this.reserve(length);
    source.copy(this.buffer, this.size, start, start + length);
    this.size += length;
  }

  // Byte by byte, because source and target may overlap: that is how runs are written.
  repeat(distance, length) {
    if (distance === 0 || distance > this.size) throw new Error('an LZ4 match reaches before the beginning');
    this.reserve(length);
    for (let i = 0; i < length; i++, this.size++) this.buffer[this.size] = this.buffer[this.size - distance];
  }

  bytes() {
    return this.buffer.subarray(0, this.size);
  }
}
