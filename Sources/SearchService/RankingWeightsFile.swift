public import JSON

/// The ranking's weights as a file keeps them, with where they come from.
///
///     {"weights": {"title": 5, "brand": 2, …}, "provenance": {"judgments": "ratings.csv", …}}
public struct RankingWeightsFile: Sendable, Equatable {
  public var weights: RankingWeights
  /// Data, code version, seed, metrics: what `vitrine tune` writes. Read by people.
  public var provenance: JSONObject

  public init(weights: RankingWeights, provenance: JSONObject) {
    self.weights = weights
    self.provenance = provenance
  }

  /// Why a file cannot be used.
  public struct Unusable: Error, Sendable, Equatable, CustomStringConvertible {
    public let reason: String
    public var description: String { reason }
  }

  /// Reads a file; a weight that it lacks has the default of `RankingWeights`.
  ///
  /// Throws `Unusable` for anything but a JSON object of that form, a weight that does not exist, and a number out of its
  /// bounds: a file that was mistyped must not rank.
  public init(parsing bytes: [UInt8]) throws(Unusable) {
    let document: JSONValue
    do { document = try JSONValue(parsing: bytes) } catch { throw Unusable(reason: "it is not JSON: \(error)") }
    guard let members = document["weights"]?.object?.members else {
      throw Unusable(reason: "it has no object \"weights\", such as {\"weights\": {\"title\": 5}, \"provenance\": {}}")
    }
    weights = RankingWeights()
    for member in members {
      guard let parameter = RankingWeights.parameters.first(where: { $0.name == member.name }) else {
        let names = RankingWeights.parameters.map(\.name).joined(separator: ", ")
        throw Unusable(reason: "\"\(member.name)\" is not a weight; the weights are \(names)")
      }
      guard let value = member.value.double, parameter.range.contains(value) else {
        let (lower, upper) = (parameter.range.lowerBound, parameter.range.upperBound)
        throw Unusable(
          reason: "\(member.name) is \(member.value.text), which is not a number from \(lower) to \(upper)")
      }
      parameter.set(value, in: &weights)
    }
    provenance = document["provenance"]?.object ?? [:]
  }

  public var json: JSONValue { ["weights": .object(weights.json), "provenance": .object(provenance)] }

  /// The name of the weights in logs and metrics: the same for the same numbers, wherever they were read from.
  public var fingerprint: String { weights.fingerprint }

  /// The weights that the program has with it.
  public static let standard: RankingWeightsFile = {
    do { return try RankingWeightsFile(parsing: PackageResources.ranking_weights_json) } catch {
      preconditionFailure("Sources/SearchService/Resources/ranking-weights.json: \(error)")
    }
  }()
}

extension RankingWeights {
  public static var standard: RankingWeights { RankingWeightsFile.standard.weights }

  /// Every weight by its name.
  public var json: JSONObject {
    JSONObject(Self.parameters.map { JSONObject.Member($0.name, .double($0.value(in: self))) })
  }

  /// Eight hexadecimal digits of a hash of the weights' JSON, which tell files apart.
  public var fingerprint: String { String(UInt64(fnv1aOf: JSONValue.object(json).bytes).hexadecimal.suffix(8)) }
}
