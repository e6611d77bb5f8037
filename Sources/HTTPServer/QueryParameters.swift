/// The parameters of a query in the given order, decoded; a name may occur more than once.
public struct QueryParameters: Sendable, Equatable {
  /// One parameter: `q=red+dress` is `("q", "red dress")`.
  public struct Parameter: Sendable, Equatable {
    public let name: String
    public let value: String
  }

  /// The reason why a query cannot be read; `problem` turns it into a 400.
  public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The parameter's name as sent, cut to 64 characters; nil if the query as a whole is at fault.
    public let parameter: String?
    public let reason: String

    public var description: String {
      let subject = parameter.map { "query parameter \($0)" } ?? "the query"
      return "\(subject) cannot be read: \(reason)"
    }
  }

  /// More parameters than a search with every facet chosen needs.
  public static let maxCount = 1_000

  /// All parameters in order.
  public let parameters: [Parameter]

  /// Makes parameters from values decoded elsewhere.
  public init(_ parameters: [(name: String, value: String)] = []) {
    self.parameters = parameters.map { Parameter(name: $0.name, value: $0.value) }
  }

  /// Reads `q=red+dress&page=2`; throws for a malformed escape and for bytes that are not UTF-8.
  ///
  /// Leaves out unread the parameters that `isTaken` does not want, so that nothing in them is an error.
  public init(rawQuery: String, taking isTaken: (String) -> Bool = { _ in true }) throws(Fault) {
    var parameters: [Parameter] = []
    for part in rawQuery.split(separator: "&") {
      guard parameters.count < Self.maxCount else {
        throw Fault(parameter: nil, reason: "more than \(Self.maxCount) parameters; send fewer")
      }
      let equals = part.firstIndex(of: "=") ?? part.endIndex
      let rawName = part[..<equals]
      let rawValue = equals == part.endIndex ? "" : part[part.index(after: equals)...]
      do throws(PercentEncoding.Fault) {
        // A name that cannot be read is nobody's; whoever takes all names is told of it in the next line.
        guard isTaken((try? PercentEncoding.decode(rawName, plusIsSpace: true)) ?? "") else { continue }
        parameters.append(
          Parameter(
            name: try PercentEncoding.decode(rawName, plusIsSpace: true),
            value: try PercentEncoding.decode(rawValue, plusIsSpace: true)))
      } catch {
        throw Fault(
          parameter: String(rawName.prefix(64)), reason: "it holds \(error.rawValue); percent-encode it as UTF-8")
      }
    }
    self.parameters = parameters
  }

  /// The first value of the name.
  public subscript(name: String) -> String? {
    parameters.first { $0.name == name }?.value
  }

  /// Every value of the name, in order.
  public func values(_ name: String) -> [String] {
    parameters.compactMap { $0.name == name ? $0.value : nil }
  }

  /// The names in the order of their first appearance, for refusing unknown ones.
  public var names: [String] {
    var seen: Set<String> = []
    return parameters.compactMap { seen.insert($0.name).inserted ? $0.name : nil }
  }
}
