import CMicroHTTPD
import Glibc

/// A request's head as the library parsed it, with checks for faults that the library accepts.
///
/// libmicrohttpd 0.9.75 accepts bare line feeds, folds obsolete continuation lines, uses the first of two
/// Content-Lengths and prefers Transfer-Encoding to Content-Length. A proxy in front that reads such a head differently
/// would see other requests than we do (request smuggling), so all such heads are refused here. `docs/explain/http.md`
/// lists the faults that cannot be seen from here.
struct RequestHead {
  /// The reason why a head is refused; the connection is closed after the answer.
  struct Refusal: Error {
    let problem: ServerProblem
    let detail: String
  }

  /// More fields than any client sends; each costs memory.
  static let maximumFields = 100

  private(set) var headers = HTTPHeaders()
  private(set) var contentLength: Int?
  private(set) var isChunked = false

  private struct Scan {
    var headers = HTTPHeaders()
    var fault: String?
    var hosts = 0
    var contentLengths = 0
    var transferEncodings = 0
    /// The address after the last byte of the previous field. The library parses the head in place, so that the
    /// distance to the next name is the length of the line end.
    var end: UInt

    mutating func take(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, start: UInt, limit: UInt) {
      guard HTTPHeaders.isToken(name) else {
        fault = "a header's name holds a character that is not allowed (a space before the colon?)"
        return
      }
      guard let begin = name.baseAddress.map(UInt.init(bitPattern:)), begin >= start, begin < limit else {
        fault = "a header could not be located in the head"
        return
      }
      if begin &- end != 2 {
        fault = "a line of the head does not end in CR LF"
      }
      if let valueBegin = value.baseAddress.map(UInt.init(bitPattern:)) {
        if valueBegin < start || valueBegin >= limit { fault = "a header is folded over several lines (obs-fold)" }
        end = valueBegin &+ UInt(value.count)
      } else {
        end = begin &+ UInt(name.count) &+ 1
      }
      guard !value.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) else {
        fault = "a header's value holds a control character"
        return
      }
      guard let text = String(validating: name, as: UTF8.self) else { return }
      note(text)
      // The library takes `chunked` with a blank behind it for another coding and waits for the connection's end.
      if HTTPHeaders.isSame(text, "Transfer-Encoding"), Self.withoutBlanksAtEnd(value).count != value.count {
        fault = "the Transfer-Encoding has a blank at its end"
      }
      // Latin-1 was once allowed; bytes that are not UTF-8 are made readable rather than refused.
      headers.append(checkedName: text, checkedValue: String(decoding: Self.withoutBlanksAtEnd(value), as: UTF8.self))
    }

    private static func withoutBlanksAtEnd(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
      var count = value.count
      while count > 0, value[count - 1] == 0x20 || value[count - 1] == 0x09 { count -= 1 }
      return UnsafeRawBufferPointer(rebasing: value[..<count])
    }

    private mutating func note(_ name: String) {
      switch name.utf8.count {
      case 4 where HTTPHeaders.isSame(name, "Host"): hosts += 1
      case 14 where HTTPHeaders.isSame(name, "Content-Length"): contentLengths += 1
      case 17 where HTTPHeaders.isSame(name, "Transfer-Encoding"): transferEncodings += 1
      default: break
      }
    }
  }

  /// The argument of the scan's callback.
  private struct ScanContext {
    var scan: Scan
    let start: UInt
    let limit: UInt
  }

  private static let each: MHD_KeyValueIteratorN = { context, _, name, nameCount, value, valueCount in
    let context = context!.assumingMemoryBound(to: ScanContext.self)
    context.pointee.scan.take(
      UnsafeRawBufferPointer(start: name, count: name == nil ? 0 : nameCount),
      UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueCount),
      start: context.pointee.start, limit: context.pointee.limit)
    let isMore =
      context.pointee.scan.fault == nil && context.pointee.scan.headers.fields.count <= RequestHead.maximumFields
    return isMore ? CMHD_yes() : CMHD_no()
  }

  /// Reads and checks the head of the connection's request.
  init(
    connection: OpaquePointer, method: UnsafePointer<CChar>, target: Range<UInt>, version: UnsafePointer<CChar>,
    maxBytes: Int
  ) throws(Refusal) {
    let size = CMHD_head_size(connection)
    guard size <= maxBytes else {
      throw Refusal(problem: .headTooLarge, detail: "The head is larger than \(maxBytes) bytes; send less.")
    }
    let start = UInt(bitPattern: method)
    guard target.lowerBound == start &+ UInt(strlen(method)) &+ 1,
      UInt(bitPattern: version) == target.upperBound &+ 1
    else {
      throw Refusal(
        problem: .malformedRequest, detail: "The request line's parts must be separated by one space each.")
    }
    let versionEnd = UInt(bitPattern: version) &+ UInt(strlen(version))
    var context = ScanContext(scan: Scan(end: versionEnd), start: start, limit: start &+ UInt(size))
    context.scan.headers.reserveCapacity(8)
    withUnsafeMutablePointer(to: &context) { _ = CMHD_each_header(connection, Self.each, $0) }
    let scan = context.scan
    if let fault = scan.fault { throw Refusal(problem: .malformedRequest, detail: "The request's head: \(fault).") }
    guard scan.headers.fields.count <= Self.maximumFields else {
      throw Refusal(problem: .headTooLarge, detail: "The head has more than \(Self.maximumFields) fields; send fewer.")
    }
    guard context.limit &- scan.end == 4 else {
      throw Refusal(problem: .malformedRequest, detail: "The request's head: a line does not end in CR LF.")
    }
    headers = scan.headers
    let isVersion11 = strcmp(version, "HTTP/1.1") == 0
    guard isVersion11 || strcmp(version, "HTTP/1.0") == 0 else {
      throw Refusal(problem: .versionNotSupported, detail: "This server speaks HTTP/1.1 and HTTP/1.0.")
    }
    guard scan.hosts == 1 || (scan.hosts == 0 && !isVersion11) else {
      throw Refusal(problem: .malformedRequest, detail: "A request has one Host header; this one has \(scan.hosts).")
    }
    if scan.contentLengths + scan.transferEncodings > 0 { try checkFraming(scan, isVersion11: isVersion11) }
  }

  private mutating func checkFraming(_ scan: Scan, isVersion11: Bool) throws(Refusal) {
    guard scan.contentLengths + scan.transferEncodings == 1 else {
      throw Refusal(
        problem: .malformedRequest,
        detail: "The body's length is given more than once: one Content-Length, or one Transfer-Encoding.")
    }
    if scan.transferEncodings == 1 {
      guard isVersion11, let coding = headers["Transfer-Encoding"], HTTPHeaders.isSame(coding, "chunked") else {
        throw Refusal(
          problem: .malformedRequest, detail: "The only Transfer-Encoding that is taken is chunked, in HTTP/1.1.")
      }
      isChunked = true
      return
    }
    guard let text = headers["Content-Length"], !text.isEmpty,
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let length = Int(text)
    else {
      throw Refusal(problem: .malformedRequest, detail: "The Content-Length is no number of bytes.")
    }
    contentLength = length
  }

  var hasBody: Bool { isChunked || contentLength ?? 0 > 0 }
}
