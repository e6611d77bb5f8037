/// A statement whose interpolated values are sent as bound parameters, never as text.
///
///     let rows = try await pool.query("SELECT title FROM catalog.product WHERE id = \(id)")
///
/// sends `… WHERE id = $1` and the value separately. `\(unsafeRaw:)` inserts literal text, for identifiers that the
/// program itself names; `\(fragment:)` inserts another statement with its parameters.
public struct SQL: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  /// The texts before, between and after the parameters: one more than there are parameters.
  private(set) var texts: [String]
  private(set) var parameters: [PostgresParameter]

  /// Text from the program itself, without parameters.
  public init(unsafeRaw text: String) {
    texts = [text]
    parameters = []
  }

  public init(stringLiteral value: String) { self.init(unsafeRaw: value) }

  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.statement }

  /// The statement with `$1`, `$2`… in place of the parameters.
  public var text: String {
    guard !parameters.isEmpty else { return texts[0] }
    var text = texts[0]
    for index in parameters.indices {
      text += "$"
      text += String(index + 1)
      text += texts[index + 1]
    }
    return text
  }

  /// Appends another statement's text and parameters.
  public mutating func append(_ other: SQL) {
    texts[texts.count - 1] += other.texts[0]
    texts += other.texts.dropFirst()
    parameters += other.parameters
  }

  /// Joins conditions or values, such as `joined([a, b], separator: " AND ")`.
  public static func joined(_ parts: [SQL], separator: String) -> SQL {
    var result = SQL(unsafeRaw: "")
    for (index, part) in parts.enumerated() {
      if index > 0 { result.append(SQL(unsafeRaw: separator)) }
      result.append(part)
    }
    return result
  }

  fileprivate mutating func append(parameter: PostgresParameter) {
    parameters.append(parameter)
    texts.append("")
  }

  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var statement = SQL(unsafeRaw: "")

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: String) { statement.append(SQL(unsafeRaw: literal)) }

    /// A value that is sent as a parameter.
    public mutating func appendInterpolation(_ value: some PostgresEncodable) {
      statement.append(parameter: value.postgresParameter)
    }

    /// A value that is sent as a parameter, or NULL.
    public mutating func appendInterpolation<T: PostgresEncodable>(_ value: T?) {
      statement.append(parameter: value.postgresParameter)
    }

    /// Text that goes into the statement literally: never a user's.
    public mutating func appendInterpolation(unsafeRaw text: String) { statement.append(SQL(unsafeRaw: text)) }

    /// Another statement with its parameters.
    public mutating func appendInterpolation(fragment: SQL) { statement.append(fragment) }
  }
}
