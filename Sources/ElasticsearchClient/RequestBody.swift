internal import CZlib

/// Bytes at a fixed place in memory while libcurl sends them, maybe more than once.
final class RequestBody: @unchecked Sendable {  // Written in init alone.
  enum ContentType: Sendable { case json, ndjson }

  let contentType: ContentType
  let isCompressed: Bool
  let bytes: UnsafeBufferPointer<UInt8>

  /// Compresses if there are at least `threshold` bytes and compression saves a tenth; nil never compresses.
  init(_ source: [UInt8], contentType: ContentType, compressedFrom threshold: Int?) {
    self.contentType = contentType
    if let threshold, source.count >= threshold, let compressed = Self.gzip(source) {
      bytes = compressed
      isCompressed = true
    } else {
      let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: source.count)
      _ = copy.initialize(from: source)
      bytes = UnsafeBufferPointer(copy)
      isCompressed = false
    }
  }

  deinit { bytes.deallocate() }

  /// nil if the result would not fit in nine tenths of the bytes, or if zlib has no memory.
  private static func gzip(_ source: [UInt8]) -> UnsafeBufferPointer<UInt8>? {
    let room = source.count / 10 * 9
    guard room > 0, source.count <= Int(UInt32.max) else { return nil }
    var stream = z_stream()
    // 15 bits of window, and 16 more for a gzip head. The fastest level: it shrinks products to a fifth, at 150 MB a
    // second.
    guard
      deflateInit2_(
        &stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(clamping: MemoryLayout<z_stream>.size))
        == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: room)
    let isWhole = source.withUnsafeBufferPointer { input in
      // zlib only reads from it; the C type does not say so.
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(clamping: input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(clamping: room)
      return deflate(&stream, Z_FINISH) == Z_STREAM_END
    }
    guard isWhole else {
      output.deallocate()
      return nil
    }
    return UnsafeBufferPointer(start: output.baseAddress, count: Int(clamping: stream.total_out))
  }
}
