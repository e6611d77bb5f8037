public import JSON
public import SearchDSL

/// `IndexMappings/products.json`: settings and mappings that every engine reads, and their hash.
public struct IndexMapping: Sendable {
  /// `settings` and `mappings`, as a request that creates an index contains them.
  public let body: JSONValue
  /// Identifies the mapping that an index was built with: FNV-1a of the canonical bytes, 16 hexadecimal digits.
  public let hash: String

  public init(body: JSONValue) throws {
    guard body["mappings"]?.object != nil, body["settings"]?.object != nil else {
      throw IndexingError.invalidMapping("it needs an object `settings` and an object `mappings`")
    }
    self.body = body
    hash = Self.fingerprint(body)
  }

  /// Reads the mapping's bytes.
  public init(parsing bytes: [UInt8]) throws {
    do {
      try self.init(body: JSONValue(parsing: bytes))
    } catch let error as JSONError {
      throw IndexingError.invalidMapping(error.description)
    }
  }

  /// The body for loading on this engine: no refresh, no replicas and the engine's own translog settings until the
  /// alias is swapped.
  public func bodyForLoading(on engine: EngineInformation) -> JSONValue {
    var index = body["settings"]?["index"]?.object ?? JSONObject()
    index["refresh_interval"] = "-1"
    index["number_of_replicas"] = 0
    index["translog"] = nil
    if engine.mergesInRefresh, index["merge_on_flush"] == nil { index["merge_on_flush"] = ["enabled": false] }
    var result = body
    var settings = body["settings"]?.object ?? JSONObject()
    settings["index"] = .object(index)
    result["settings"] = .object(settings)
    return result
  }

  /// The settings to restore before the gate.
  var settingsForServing: JSONValue {
    let own = body["settings"]?["index"]
    var index = JSONObject()
    // Null means the engine's own value.
    for name in ["refresh_interval", "number_of_replicas"] { index[name] = own?[name] ?? .null }
    index["translog"] = own?["translog"]
    return .object(["index": .object(index)])
  }

  /// The text that the ledger keeps beside a generation.
  var text: String { String(decoding: Self.canonical(body).bytes, as: UTF8.self) }

  /// The differences from the mapping that an index was built with, such as `mappings.properties.brand.analyzer:
  /// "stemmed", was "exact"`; empty if both are the same.
  public func differences(from built: String) throws -> [String] {
    let old = try JSONValue(parsing: Array(built.utf8))
    return Self.differences(Self.canonical(body), Self.canonical(old), path: "")
  }

  private static func differences(_ new: JSONValue?, _ old: JSONValue?, path: String) -> [String] {
    if new == old { return [] }
    if case .object(let newObject)? = new, case .object(let oldObject)? = old {
      let names = Set(newObject.members.map(\.name)).union(oldObject.members.map(\.name)).sorted()
      return names.flatMap {
        differences(newObject[$0], oldObject[$0], path: path.isEmpty ? $0 : path + "." + $0)
      }
    }
    func shown(_ value: JSONValue?) -> String {
      guard let value else { return "not set" }
      let text = String(decoding: value.bytes, as: UTF8.self)
      return text.count > 80 ? text.prefix(77) + "…" : text
    }
    return ["\(path): \(shown(new)), was \(shown(old))"]
  }

  private static func fingerprint(_ value: JSONValue) -> String {
    UInt64(fnv1aOf: canonical(value).bytes).hexadecimal
  }

  private static func canonical(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      let members = object.members.sorted { $0.name < $1.name }
      return .object(JSONObject(members.map { .init($0.name, canonical($0.value)) }))
    case .array(let items): return .array(items.map(canonical))
    default: return value
    }
  }
}

extension EngineInformation {
  /// Whether a refresh waits up to 10 s for merges of small segments, unless the index is made with `merge_on_flush`
  /// off: OpenSearch from 2.2 on. Documents written meanwhile are found that much later.
  fileprivate var mergesInRefresh: Bool {
    let parts = version.split(separator: ".").prefix(2).compactMap { Int($0) }
    return distribution == "opensearch" && parts.count == 2 && (parts[0], parts[1]) >= (2, 2)
  }
}

/// The reason why indexing stopped.
public enum IndexingError: Error, Sendable, Equatable, CustomStringConvertible {
  case invalidMapping(String)
  /// The gate before the alias swap refused: the text gives the expected and the actual state.
  case gateRefused(String)
  case noLiveGeneration(alias: String)
  /// The rollback's target does not exist; `possible` lists those that do.
  case noSuchGeneration(Int64?, possible: String)

  public var description: String {
    switch self {
    case .invalidMapping(let reason): "IndexMappings/products.json cannot be used: \(reason)"
    case .gateRefused(let reason): "the new index was not put in use: \(reason)"
    case .noLiveGeneration(let alias): "no index is in use for \(alias): run `vitrine index full`"
    case .noSuchGeneration(let number, let possible):
      "there is no generation \(number.map { "\($0) " } ?? "")to roll back to: \(possible)"
    }
  }
}
