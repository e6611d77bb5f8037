/// A model as a file: where it comes from, and flat arrays by name.
///
/// 64-byte blocks: `VITRINEM`, the format's number, the header's length and CRC-32 (three 4-byte numbers); the header, JSON
/// with the provenance and each array's name, type, count, offset and CRC-32; the arrays, each from a whole block. Numbers
/// are little-endian. Several models share a file by prefixes of their arrays' names.
public struct ModelFile: Sendable, Equatable {
  /// Bounds on what is read.
  public enum Limits {
    public static let bytes = 8 << 30
    public static let headerBytes = 1 << 20
    public static let arrays = 256
    public static let metrics = 256
  }

  /// Where a model comes from.
  public struct Provenance: Sendable, Equatable {
    /// The kind of the arrays, as `recommender`.
    public var kind: String
    /// A digest of the interactions that were learnt from.
    public var dataDigest: String
    public var codeVersion: String
    public var seed: UInt64
    /// Seconds since 1970 when it was trained.
    public var trainedSeconds: Int64
    /// Its figures on held-out data, by name.
    public var metrics: [String: Double]

    public init(
      kind: String, dataDigest: String, codeVersion: String, seed: UInt64, trainedSeconds: Int64,
      metrics: [String: Double]
    ) {
      self.kind = kind
      self.dataDigest = dataDigest
      self.codeVersion = codeVersion
      self.seed = seed
      self.trainedSeconds = trainedSeconds
      self.metrics = metrics
    }
  }

  public enum Values: Sendable, Equatable {
    case floats([Float])
    case int32s([Int32])
    case int64s([Int64])
    case texts([String])
  }

  /// Why a file is refused.
  public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
    public let reason: String
    public init(_ reason: String) { self.reason = reason }
    public var description: String { "model file refused: \(reason)" }
  }

  public var provenance: Provenance
  public var arrays: [String: Values]

  public init(provenance: Provenance, arrays: [String: Values]) {
    self.provenance = provenance
    self.arrays = arrays
  }

  /// The array of that name; refused where it is absent or of another type.
  public func floats(_ name: String) throws(Fault) -> [Float] {
    guard case .floats(let values)? = arrays[name] else { throw Fault("no array \(name) of 32-bit floats") }
    guard values.allSatisfy(\.isFinite) else { throw Fault("array \(name) has a value that is not finite") }
    return values
  }

  public func int32s(_ name: String) throws(Fault) -> [Int32] {
    guard case .int32s(let values)? = arrays[name] else { throw Fault("no array \(name) of 32-bit integers") }
    return values
  }

  public func int64s(_ name: String) throws(Fault) -> [Int64] {
    guard case .int64s(let values)? = arrays[name] else { throw Fault("no array \(name) of 64-bit integers") }
    return values
  }

  public func texts(_ name: String) throws(Fault) -> [String] {
    guard case .texts(let values)? = arrays[name] else { throw Fault("no array \(name) of texts") }
    return values
  }
}
