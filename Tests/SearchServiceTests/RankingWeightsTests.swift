// Properties proved here:
// 1. The weights that come with the program are a file that can be read, name every weight and stay as they were
//    measured.
// 2. A file written is the file read; a weight that it lacks has the default, and provenance is kept.
// 3. What is wrong with a file is refused with the weight's name and what is allowed.
// 4. Every parameter sets its own weight and no other, its default is within its bounds, and steps stay within them.
// 5. The fingerprint tells weights apart and not where they stood.
// 6. The weights are in the request: boosts, tie breaker, popularity and stock.
import Catalog
import JSON
import SearchDSL
import SearchService
import Testing
import Understanding

@Suite struct RankingWeightsTests {
  private let parameters = RankingWeights.parameters

  @Test("1. the built-in file") func builtIn() {
    let file = RankingWeightsFile.standard
    #expect(file.json["weights"]?.object?.names == parameters.map(\.name))
    #expect(!file.provenance.isEmpty)
    #expect(Set(parameters.map(\.name)).count == parameters.count)
  }

  @Test("2. written and read") func roundTrip() throws {
    var weights = RankingWeights.standard
    weights.title = 7.5
    weights.tieBreaker = 0.3
    let file = RankingWeightsFile(weights: weights, provenance: ["seed": 4, "folds": [1, 2]])
    #expect(try RankingWeightsFile(parsing: file.json.bytes) == file)
    let partial = try RankingWeightsFile(parsing: Array(#"{"weights":{"title":3}}"#.utf8))
    var expected = RankingWeights()
    expected.title = 3
    #expect(partial.weights == expected && partial.provenance.isEmpty)
  }

  @Test(
    "3. refused",
    arguments: [
      ("{", "it is not JSON"),
      ("[]", #"it has no object "weights""#),
      (#"{"weights":5}"#, #"it has no object "weights""#),
      (#"{"weights":{"titel":5}}"#, #""titel" is not a weight; the weights are title, brand"#),
      (#"{"weights":{"title":"5"}}"#, #"title is "5", which is not a number from 0.25 to 40.0"#),
      (#"{"weights":{"title":-5}}"#, "title is -5, which is not a number from 0.25 to 40.0"),
      (#"{"weights":{"tie_breaker":1.5}}"#, "tie_breaker is 1.5, which is not a number from 0.0 to 1.0"),
    ])
  func refused(text: String, reason: String) {
    let error = #expect(throws: RankingWeightsFile.Unusable.self) {
      _ = try RankingWeightsFile(parsing: Array(text.utf8))
    }
    #expect(error?.description.hasPrefix(reason) == true, "\(error?.description ?? "")")
  }

  @Test("4. parameters") func steps() {
    for (index, parameter) in parameters.enumerated() {
      let initial = parameter.value(in: RankingWeights())
      #expect(parameter.range.contains(initial), "\(parameter.name)")
      var weights = RankingWeights()
      parameter.set(parameter.range.upperBound, in: &weights)
      for (other, value) in parameters.enumerated() {
        let expected = other == index ? parameter.range.upperBound : value.value(in: RankingWeights())
        #expect(value.value(in: weights) == expected, "\(parameter.name) sets \(value.name)")
      }
      let standard = parameter.value(in: .standard)
      let steps = parameter.steps(from: standard)
      #expect(steps.contains(0) && parameter.value(0, from: standard) == standard)
      for step in steps {
        let value = parameter.value(step, from: standard)
        #expect(value.map(parameter.range.contains) == true, "\(parameter.name), \(step) steps")
      }
      #expect(parameter.value(steps.upperBound + 1, from: standard) == nil || steps == 0...0)
    }
  }

  @Test("5. fingerprint") func fingerprint() throws {
    let standard = RankingWeightsFile.standard
    var prints: Set<String> = [standard.fingerprint]
    for parameter in parameters {
      var weights = standard.weights
      let value = parameter.value(in: weights)
      parameter.set(
        value == parameter.range.lowerBound ? parameter.range.upperBound : parameter.range.lowerBound, in: &weights)
      prints.insert(weights.fingerprint)
    }
    #expect(prints.count == parameters.count + 1)
    #expect(RankingWeightsFile(weights: standard.weights, provenance: [:]).fingerprint == standard.fingerprint)
    #expect(standard.fingerprint.count == 8)
  }

  @Test("6. in the request") func request() {
    var weights = RankingWeights()
    weights.title = 3
    weights.tieBreaker = 0.2
    weights.popularity = 4
    weights.outOfStock = 0.5
    let plan = QueryUnderstanding().plan("red dress")
    let body = RetrievalQuery(plan: plan, weights: weights).query.json.text
    for part in [
      #""title^3.0""#, #""tie_breaker":0.2"#, #""factor":4.0"#, #""weight":0.5"#,
    ] { #expect(body.contains(part), "\(part) in \(body)") }
  }
}
