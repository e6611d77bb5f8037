import CZlib
import Glibc

/// Why a file cannot be read to its end.
public struct ImportSourceError: Error, Sendable, Equatable, CustomStringConvertible {
  public let path: String
  public let reason: String
  public var description: String { "\(path): \(reason)" }
}

/// The bytes of a file or of standard input (`-`), unpacked where they are gzip.
///
/// Whether they are is seen from their first two bytes, not from the name. A file of several gzip members (as `cat`
/// makes of two) is read to the end of the last. Reading blocks.
final class ByteSource {
  /// Large enough that reading costs nothing beside parsing.
  private static let chunkBytes = 256 << 10

  let path: String
  private let descriptor: CInt
  private var inflater: Inflater?
  private var isAtStart = true
  private var packed: [UInt8] = []

  init(path: String) throws(ImportSourceError) {
    self.path = path == "-" ? "standard input" : path
    descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ImportSourceError(path: self.path, reason: Self.reason(errno)) }
  }

  deinit { close(descriptor) }

  private static func reason(_ code: CInt) -> String {
    switch code {
    case ENOENT: "no such file: check the path"
    case EACCES: "no permission to read it"
    case EISDIR: "is a folder: name a file"
    default: String(cString: strerror(code))
    }
  }

  /// Adds the next bytes to `buffer`; false at the end.
  func read(into buffer: inout [UInt8]) throws(ImportSourceError) -> Bool {
    while true {
      if let inflater {
        let before = buffer.count
        let state = try inflate(inflater, into: &buffer)
        if buffer.count > before { return true }
        if state == .ended { return false }
        continue
      }
      var chunk = try readChunk()
      if isAtStart {
        // A pipe may give one byte at first; the two that tell gzip are waited for.
        while chunk.count == 1 {
          let more = try readChunk()
          if more.isEmpty { break }
          chunk += more
        }
        isAtStart = false
        if chunk.starts(with: [0x1F, 0x8B]) {
          inflater = try Inflater(path: path)
          packed = chunk
          continue
        }
      }
      buffer += chunk
      return !chunk.isEmpty
    }
  }

  private enum InflateState { case going, ended }

  private func inflate(_ inflater: Inflater, into buffer: inout [UInt8]) throws(ImportSourceError) -> InflateState {
    if packed.isEmpty {
      packed = try readChunk()
      if packed.isEmpty {
        guard inflater.isBetweenMembers else {
          throw ImportSourceError(path: path, reason: "gzip data ends in the middle: the file was cut, fetch it again")
        }
        return .ended
      }
    }
    let used = try inflater.inflate(packed, into: &buffer, atMost: Self.chunkBytes)
    packed.removeFirst(used)
    return .going
  }

  private func readChunk() throws(ImportSourceError) -> [UInt8] {
    var failure: CInt = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunkBytes) { buffer, count in
      var got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      while got < 0 && errno == EINTR { got = Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
      if got < 0 { failure = errno }
      count = max(0, got)
    }
    guard failure == 0 else { throw ImportSourceError(path: path, reason: Self.reason(failure)) }
    return chunk
  }
}

/// zlib's inflate over a stream of gzip members.
private final class Inflater {
  private let path: String
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  /// True before the first byte of a member and after its last.
  private(set) var isBetweenMembers = true

  init(path: String) throws(ImportSourceError) {
    self.path = path
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 to expect gzip's header and checksum.
    let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(clamping: MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw ImportSourceError(path: path, reason: "zlib does not start (\(code))") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Unpacks as much as fits, and gives the number of packed bytes that it used.
  func inflate(_ packed: [UInt8], into buffer: inout [UInt8], atMost count: Int) throws(ImportSourceError) -> Int {
    var code: CInt = Z_OK
    var used = 0
    let isFresh = isBetweenMembers
    let unpacked = [UInt8](unsafeUninitializedCapacity: count) { output, written in
      packed.withUnsafeBufferPointer { input in
        if isFresh { inflateReset(stream) }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(clamping: input.count)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(clamping: output.count)
        code = CZlib.inflate(stream, Z_NO_FLUSH)
        used = input.count - Int(stream.pointee.avail_in)
        written = output.count - Int(stream.pointee.avail_out)
      }
    }
    guard code == Z_OK || code == Z_STREAM_END || (code == Z_BUF_ERROR && (used > 0 || !unpacked.isEmpty)) else {
      throw ImportSourceError(path: path, reason: "gzip data is damaged: fetch the file again")
    }
    isBetweenMembers = code == Z_STREAM_END
    buffer += unpacked
    return used
  }
}
