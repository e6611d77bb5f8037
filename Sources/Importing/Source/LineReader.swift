import Glibc

/// The lines of a source with their numbers, from 1; a line ends at LF, with or without CR before it.
struct LineReader {
  /// A product with a thousand variants has about 400 KB; what is longer is not lines.
  static let maxLineBytes = 4 << 20

  enum Line {
    case bytes(ArraySlice<UInt8>)
    case tooLong
  }

  private let source: ByteSource
  private var buffer: [UInt8] = []
  private var start = 0
  private(set) var number = 0
  private var isAtEnd = false

  init(_ source: ByteSource) { self.source = source }

  /// The next line without its end; nil at the end of the source.
  mutating func next() throws(ImportSourceError) -> Line? {
    var isTooLong = false
    var searched = start
    while true {
      if let end = Self.lineFeed(in: buffer, from: searched) {
        let line = buffer[start..<end]
        start = end + 1
        return finish(line, isTooLong)
      }
      if isAtEnd {
        guard start < buffer.count || isTooLong else { return nil }
        let line = buffer[start...]
        start = buffer.count
        return finish(line, isTooLong)
      }
      searched = buffer.count - start
      buffer.removeFirst(start)
      start = 0
      if buffer.count > Self.maxLineBytes {
        isTooLong = true
        buffer.removeAll(keepingCapacity: true)
        searched = 0
      }
      isAtEnd = try !source.read(into: &buffer)
    }
  }

  private mutating func finish(_ line: ArraySlice<UInt8>, _ isTooLong: Bool) -> Line {
    number += 1
    if isTooLong || line.count > Self.maxLineBytes { return .tooLong }
    return .bytes(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
  }

  private static func lineFeed(in buffer: [UInt8], from index: Int) -> Int? {
    guard index < buffer.count else { return nil }
    return buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let found = memchr(base + index, 0x0A, bytes.count - index) else {
        return nil
      }
      return UnsafeRawPointer(found) - base
    }
  }
}
