// The smallest image and the smallest sound that are valid, and content made of them.
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const WAV = wav().toString('base64');

// One sample of silence: 8 kHz, 8 bits, mono.
function wav() {
  const bytes = Buffer.alloc(45);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(37, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(8000, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(1, 40);
  bytes[44] = 128;
  return bytes;
}

export const text = words => ({ type: 'text', text: words });
export const image = { type: 'image', data: PNG, mimeType: 'image/png' };
export const audio = { type: 'audio', data: WAV, mimeType: 'audio/wav' };
export const resource = (uri, mimeType, words) => ({ type: 'resource', resource: { uri, mimeType, text: words } });
export const result = (...content) => ({ content });
