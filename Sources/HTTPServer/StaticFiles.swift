import CMicroHTTPD
import Glibc

/// Serves the files of one folder, with ETag, conditional requests and ranges (RFC 9110 sections 13 and 14).
public struct StaticFiles: Sendable {
  private let root: String
  private let cacheControl: String

  /// Serves the files under `root`, and no others.
  public init(root: String, cacheControl: String = "public, max-age=3600") {
    self.root = root
    self.cacheControl = cacheControl
  }

  /// A handler for a route that ends in `{path...}`.
  public func handler(parameter: String = "path") -> Handler {
    { request in try respond(to: request, path: request.pathParameters[parameter] ?? "") }
  }

  /// Answers with the file at that path, relative to the root; 404 if there is none.
  public func respond(to request: HTTPRequest, path: String) throws -> HTTPResponse {
    guard let (file, status) = open(path) else {
      throw Problem(ServerProblem.notFound, detail: "There is no such file.")
    }
    let tag = Self.tag(status)
    var headers: HTTPHeaders = [
      "ETag": tag, "Last-Modified": HTTPDate.text(Int(status.modified_seconds)), "Accept-Ranges": "bytes",
      "Cache-Control": cacheControl,
    ]
    if let wanted = request.headers["If-Match"], !Self.matches(wanted, tag, isWeak: false) {
      return HTTPResponse(status: .preconditionFailed, headers: headers)
    }
    if let known = request.headers["If-None-Match"] {
      if Self.matches(known, tag, isWeak: true) { return HTTPResponse(status: .notModified, headers: headers) }
    } else if let since = request.headers["If-Modified-Since"], since == headers["Last-Modified"] {
      return HTTPResponse(status: .notModified, headers: headers)
    }
    headers.add("Content-Type", ContentType.of(path))
    // If-Range with another tag or date asks for the whole file.
    let isRangeWanted = request.headers["If-Range"].map { $0 == tag || $0 == headers["Last-Modified"] } ?? true
    guard isRangeWanted, request.method == .get, let text = request.headers["Range"],
      let range = ByteRange(text)
    else { return HTTPResponse(headers: headers, body: .file(file)) }
    guard let part = range.resolved(length: file.length) else {
      throw Problem(
        ServerProblem.rangeNotSatisfiable, detail: "The file has \(file.length) bytes; the range lies beyond.",
        headers: ["Content-Range": "bytes */\(file.length)"])
    }
    headers.add("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.length)")
    return HTTPResponse(status: .partialContent, headers: headers, body: .file(file.part(part)))
  }

  /// Opens segment by segment without following links, so that neither `..` nor a link leads out of the root.
  private func open(_ path: String) -> (HTTPFile, CMHD_File)? {
    var folder = Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return nil }
    defer { if folder >= 0 { close(folder) } }
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
      guard !segment.isEmpty, segment != ".", segment != ".." else { return nil }
      let isLast = index == segments.count - 1
      // O_NONBLOCK: a pipe in the folder must not block the caller.
      let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (isLast ? O_NONBLOCK : O_DIRECTORY)
      let next = openat(folder, String(segment), flags)
      guard next >= 0 else { return nil }
      close(folder)
      folder = next
    }
    var status = CMHD_File()
    guard CMHD_look_at(folder, &status) == 0, status.is_regular != 0 else { return nil }
    let file = HTTPFile(descriptor: folder, length: Int(status.size))
    folder = -1
    return (file, status)
  }

  /// A strong tag: it changes with the file's time of change in nanoseconds, its size and its inode.
  private static func tag(_ file: CMHD_File) -> String {
    let parts = [file.modified_seconds, file.modified_nanoseconds, file.size, Int64(bitPattern: file.inode)]
    return "\"" + parts.map { String($0, radix: 36) }.joined(separator: "-") + "\""
  }

  static func matches(_ list: String, _ tag: String, isWeak: Bool) -> Bool {
    if HTTPHeaders.trimmed(list[...]) == "*" { return true }
    return list.split(separator: ",").contains { entry in
      var text = HTTPHeaders.trimmed(entry)
      if isWeak, text.hasPrefix("W/") { text = text.dropFirst(2) }
      return text == tag
    }
  }
}

/// A `Range` header with one range; several ranges are answered with the whole file, as RFC 9110 allows.
struct ByteRange: Equatable {
  private enum Kind: Equatable {
    case from(Int, through: Int?)
    case last(Int)
  }

  private let kind: Kind

  /// nil if the header is malformed, has another unit or several ranges: it is then ignored.
  init?(_ header: String) {
    guard header.lowercased().hasPrefix("bytes=") else { return nil }
    let parts = HTTPHeaders.trimmed(header.dropFirst(6)).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let isNumeric = parts.allSatisfy { $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
    guard isNumeric else { return nil }
    switch (parts[0].isEmpty, parts[1].isEmpty) {
    case (true, true): return nil
    case (true, false):
      guard let count = Int(parts[1]) else { return nil }
      kind = .last(count)
    case (false, let isOpen):
      guard let from = Int(parts[0]) else { return nil }
      let through = isOpen ? nil : Int(parts[1])
      if !isOpen, through == nil { return nil }
      if let through, through < from { return nil }
      kind = .from(from, through: through)
    }
  }

  /// The bytes in a file of that length; nil if there are none.
  func resolved(length: Int) -> Range<Int>? {
    switch kind {
    case .from(let from, let through):
      guard from < length else { return nil }
      return from..<(min(through ?? length - 1, length - 1) + 1)
    case .last(let count):
      guard count > 0, length > 0 else { return nil }
      return max(0, length - count)..<length
    }
  }
}

/// Content types by a file's extension.
enum ContentType {
  private static let known: [String: String] = [
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8", "json": "application/json", "txt": "text/plain; charset=utf-8",
    "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif", "ico": "image/x-icon", "woff": "font/woff", "woff2": "font/woff2",
    "xml": "application/xml", "csv": "text/csv; charset=utf-8", "pdf": "application/pdf", "wasm": "application/wasm",
    "webmanifest": "application/manifest+json", "map": "application/json", "gz": "application/gzip",
  ]

  static func of(_ path: String) -> String {
    guard let dot = path.lastIndex(of: ".") else { return "application/octet-stream" }
    return known[path[path.index(after: dot)...].lowercased()] ?? "application/octet-stream"
  }
}

/// RFC 9110's date: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  static func text(_ seconds: Int) -> String {
    var parts = tm()
    var moment = time_t(seconds)
    gmtime_r(&moment, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900) "
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
  }
}
