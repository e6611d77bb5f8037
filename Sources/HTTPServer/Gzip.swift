import CZlib

/// Compression of bodies with zlib, in the format of RFC 1952.
public enum Gzip {
  /// A smaller body fits into one packet either way.
  public static let minimumBytes = 1_024

  /// The compressed bytes; nil if zlib has no memory.
  ///
  /// Level 5 gives nearly the size of the default 6 in about two thirds of its time.
  public static func compressed(_ bytes: [UInt8], level: Int32 = 5) -> [UInt8]? {
    var stream = z_stream()
    // 15 bits of window, and 16 more for a gzip head.
    let began = deflateInit2_(
      &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard began == Z_OK, bytes.count <= Int(UInt32.max) else { return nil }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    var isWhole = false
    var input = bytes
    let output = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(bound)
        isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
      }
      count = bound - Int(stream.avail_out)
    }
    return isWhole ? output : nil
  }

  /// Whether a client accepts gzip, by its `Accept-Encoding` (RFC 9110 section 12.5.3).
  static func isAccepted(_ header: String) -> Bool {
    var any: Bool?
    for part in header.split(separator: ",") {
      let pieces = part.split(separator: ";")
      guard let first = pieces.first else { continue }
      let coding = HTTPHeaders.trimmed(first)
      let isRefused = pieces.dropFirst().contains { parameter in
        let text = HTTPHeaders.trimmed(parameter)
        guard text.hasPrefix("q=") || text.hasPrefix("Q="), let weight = Double(text.dropFirst(2)) else { return false }
        return weight == 0
      }
      if HTTPHeaders.isSame(coding, "gzip") || HTTPHeaders.isSame(coding, "x-gzip") { return !isRefused }
      if coding == "*" { any = !isRefused }
    }
    return any ?? false
  }

  /// True for text formats; pictures and archives are compressed already.
  static func isWorthwhile(_ contentType: String) -> Bool {
    let type = HTTPHeaders.trimmed(contentType.prefix { $0 != ";" }).lowercased()
    if type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml") {
      return type != "text/event-stream"
    }
    return [
      "application/json", "application/javascript", "application/xml", "application/x-ndjson", "application/wasm",
    ].contains(type)
  }
}

extension Middlewares {
  /// Compresses text bodies from 1 KB on for clients that accept gzip; streams are sent unchanged.
  ///
  /// A strong ETag becomes weak, because the bytes differ from those that it names.
  public static func gzip() -> Middleware {
    { request, next in
      var response = try await next(request)
      guard case .bytes(let bytes) = response.body, bytes.count >= Gzip.minimumBytes,
        response.headers["Content-Encoding"] == nil,
        let type = response.headers["Content-Type"], Gzip.isWorthwhile(type)
      else { return response }
      if !response.headers.contains(token: "Accept-Encoding", in: "Vary") {
        response.headers.add("Vary", "Accept-Encoding")
      }
      guard let accepted = request.headers["Accept-Encoding"], Gzip.isAccepted(accepted),
        let compressed = Gzip.compressed(bytes), compressed.count < bytes.count
      else { return response }
      response.body = .bytes(compressed)
      response.headers.add("Content-Encoding", "gzip")
      if let tag = response.headers["ETag"], !tag.hasPrefix("W/") { response.headers["ETag"] = "W/" + tag }
      return response
    }
  }
}
