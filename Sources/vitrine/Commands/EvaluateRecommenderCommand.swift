import Bootstrap
public import Configuration
import Evaluation
import Importing
import JSON
public import Recommending

extension InteractionSplit: ExpressibleByArgument {}

/// `vitrine evaluate recommender`
struct EvaluateRecommenderCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "recommender", abstract: "Measures the recommender's models on held-out interactions.",
    discussion: """
      The interactions are lines of user, item, rating and timestamp, parted by tabs, commas or `::`, with a heading or
      without, gzip or not; the rating and the timestamp may be missing. A line that cannot be read is told and left out.

      The split mod5 holds out every fifth row of the file, from the first; time the last fifth by time; folds five random
      folds, each in turn. Predicted ratings are measured by RMSE and MAE. For lists, an item that a user rated
      --relevant-from or more counts as chosen; what was learnt from a user is left out of that user's list.

      Beside them scikit-surprise and implicit are measured on the same rows, where the machine's python3 has them; not on
      folds.
      """)

  @Option(help: "The interactions' file; - is standard input.") var interactions: String
  @Option(help: "What is held out: mod5, time or folds.") var split = InteractionSplit.mod5
  @Option(help: "The least rating that counts as chosen, for lists.") var relevantFrom = 4.0
  @Option(help: "The length of the lists.") var depth = 20
  @Option(help: "The neighbours that an item keeps in item kNN.") var neighbours = 50
  @Option(help: "Where the random numbers start.") var seed: UInt64 = 1
  @Flag(help: "Tunes the blend even on many rows.") var tune = false
  @Option(help: "The Python that has scikit-surprise and implicit.") var python = "python3"
  @Flag(help: "Prints one JSON object.") var json = false

  /// The size that fits the memory of a machine for evaluation.
  private static let maxBytes = 4 << 30
  private static let maxDepth = 1_000
  private static let maxNeighbours = 10_000

  private struct WithoutTimes: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path): a line has no timestamp, which --split time needs: use --split mod5" }
  }

  func validate() throws {
    guard (1...Self.maxDepth).contains(depth) else {
      throw ValidationError("--depth \(depth) is out of range: 1 to \(Self.maxDepth)")
    }
    guard (1...Self.maxNeighbours).contains(neighbours) else {
      throw ValidationError("--neighbours \(neighbours) is out of range: 1 to \(Self.maxNeighbours)")
    }
    guard relevantFrom.isFinite else { throw ValidationError("--relevant-from must be a finite number") }
  }

  func run(_ context: CommandContext) async throws {
    let bytes = try WholeFile.bytes(path: interactions, atMost: Self.maxBytes)
    let read = try InteractionReader.read(bytes)
    for refusal in read.refused { context.terminal.printError("vitrine: \(interactions), \(refusal)") }
    if read.refusedCount > 0 {
      context.terminal.printError("vitrine: \(read.refusedCount) lines could not be read and are left out")
    }
    let options = RecommenderEvaluation.Options(
      split: split, relevantFrom: Float(relevantFrom), depth: depth, neighbours: neighbours, seed: seed,
      tunes: tune ? true : nil)
    if split == .time && !read.interactions.hasTimes {
      throw WithoutTimes(path: interactions)
    }
    let meter = context.terminal.progress("evaluate", unit: "models", json: json)
    let evaluation = RecommenderEvaluation(interactions: read.interactions, options: options)
    let report = try evaluation.run { meter.advance() }
    var peer = RecommenderPeer.Outcome.absent("other libraries are measured on a split of one part, as mod5")
    if report.parts.count == 1 {
      peer = try RecommenderPeer.run(
        python: python, interactions: read.interactions, part: report.parts[0], options: options)
    }
    meter.finish()
    let printed = RecommenderReport(
      interactions: read.interactions, options: options, report: report, peer: peer, refused: read.refusedCount)
    context.terminal.print(json ? printed.json.text : printed.text)
  }
}
