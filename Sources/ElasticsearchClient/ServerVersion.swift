internal import JSON
internal import SearchDSL

/// The product and version of a server, read from its answer to `GET /`.
struct ServerVersion {
  let distribution: String
  let number: String

  /// The oldest version of each product that runs all of SearchDSL.
  private static let least: [String: (major: Int, minor: Int)] = [
    "elasticsearch": (7, 10), "opensearch": (1, 0), "vitrine": (0, 0),
  ]

  /// Throws an error that names the server if it is another product or too old.
  init(_ answer: TransportAnswer) throws(SearchEngineError) {
    do throws(SearchEngineError) {
      self = try answer.readJSON { status, json throws(SearchEngineError) in
        guard status == 200 else { throw SearchEngineError(status: status, answer: json) }
        return try ServerVersion(json, of: answer.address)
      }
    } catch .malformedAnswer(let reason) {
      throw Self.unsupported(reason)
    }
  }

  private init(_ answer: JSONElement, of address: String) throws(SearchEngineError) {
    guard let number = answer["version"]?["number"]?.string else {
      throw Self.unsupported("\(address) does not say its version: is it a search server?")
    }
    let distribution =
      answer["version"]?["distribution"]?.string
      ?? (answer["tagline"]?.string == "You Know, for Search" ? "elasticsearch" : "an unnamed server")
    let parts = number.split(whereSeparator: { $0 == "." || $0 == "-" }).prefix(2).compactMap { Int($0) }
    guard let least = Self.least[distribution], parts.count == 2, (parts[0], parts[1]) >= least else {
      throw Self.unsupported("\(address) is \(distribution) \(number)")
    }
    self.distribution = distribution
    self.number = number
  }

  var information: EngineInformation { EngineInformation(distribution: distribution, version: number) }

  private static func unsupported(_ what: String) -> SearchEngineError {
    .refused(
      status: 200, type: SearchEngineError.unsupportedServer,
      reason: "\(what); what is supported is Elasticsearch 7.10 to 9, OpenSearch 1 to 3 and vitrine node", index: nil)
  }
}
