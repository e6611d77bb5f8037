/// A request's place in a distributed trace: the `traceparent` header of W3C Trace Context, level 1.
public struct TraceContext: Sendable, Hashable {
  /// The trace's ID, 128 bits, not zero.
  public let traceID: TraceID
  /// The caller's span, 64 bits, not zero.
  public let spanID: UInt64
  /// Whether the caller records this trace (bit 0 of the flags).
  public let isSampled: Bool

  /// 128 bits that identify a trace.
  public struct TraceID: Sendable, Hashable {
    public let high: UInt64
    public let low: UInt64

    /// Makes an ID from two halves.
    public init(high: UInt64, low: UInt64) {
      self.high = high
      self.low = low
    }
  }

  /// Makes a context; nil for IDs of zero, as in the standard.
  public init?(traceID: TraceID, spanID: UInt64, isSampled: Bool) {
    guard traceID.high != 0 || traceID.low != 0, spanID != 0 else { return nil }
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  private init(traceID: TraceID, validSpanID: UInt64, isSampled: Bool) {
    self.traceID = traceID
    self.spanID = validSpanID
    self.isSampled = isSampled
  }

  /// Starts a trace with new IDs.
  public static func root(isSampled: Bool = false) -> TraceContext {
    TraceContext(
      traceID: TraceID(high: max(1, DistinctNumbers.next()), low: DistinctNumbers.next()),
      validSpanID: max(1, DistinctNumbers.next()), isSampled: isSampled)
  }

  /// The same trace with a new span, for the services that this request calls.
  public func child() -> TraceContext {
    TraceContext(traceID: traceID, validSpanID: max(1, DistinctNumbers.next()), isSampled: isSampled)
  }

  /// Reads `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`; nil if the header is malformed: the standard says
  /// to treat it as absent.
  public init?(traceparent: String) {
    let bytes = Array(traceparent.utf8)
    let dash = UInt8(ascii: "-")
    // A later version may be longer, after another dash.
    guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
      let version = Self.hexadecimal(bytes[0..<2]), version != 0xFF,
      bytes.count == 55 || (version != 0 && bytes[55] == dash),
      let high = Self.hexadecimal(bytes[3..<19]), let low = Self.hexadecimal(bytes[19..<35]),
      let span = Self.hexadecimal(bytes[36..<52]), let flags = Self.hexadecimal(bytes[53..<55])
    else { return nil }
    self.init(traceID: TraceID(high: high, low: low), spanID: span, isSampled: flags & 1 == 1)
  }

  /// The header's value, in version 00.
  public var traceparent: String {
    "00-" + Self.hexadecimal(traceID.high) + Self.hexadecimal(traceID.low) + "-" + Self.hexadecimal(spanID)
      + (isSampled ? "-01" : "-00")
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return value
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
