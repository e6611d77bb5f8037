import Bootstrap
import Configuration
import Evaluation
import JSON
import Understanding

/// `vitrine evaluate spelling`
struct EvaluateSpellingCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "spelling",
    abstract: "Measures spelling correction on misspelt queries with their intended spellings.",
    discussion: """
      The queries are a CSV file with the columns typed and meant, the frequencies lines of a word and its count; both
      may be gzip. The vocabulary is the list and the meant words. Beside it symspellpy is measured on the same lists,
      where the machine's python3 has it.

      Two rows are cross-validated in five folds: with costs of edits estimated on the other folds' queries, and with
      the other folds' meant queries as the texts of a shop, whose words and pairs count as much as the whole list.
      """)

  @Option(help: "The queries' file.") var queries: String
  @Option(help: "The frequencies' file.") var frequencies: String
  @Option(help: "The Python that has symspellpy.") var python = "python3"
  @Flag(help: "Prints every query that does not come out as it was meant.") var misses = false
  @Flag(help: "Prints one JSON object.") var json = false

  func run(_ context: CommandContext) async throws {
    let evaluation = try SpellingEvaluation(queriesFile: queries, frequenciesFile: frequencies)
    let rows = [evaluation.asShipped(), evaluation.fittedOnOtherQueries(), evaluation.withOtherQueries()]
    let peer = try SymSpellPeer.run(python: python, queries: queries, frequencies: frequencies)
    if json {
      context.terminal.print(Self.json(evaluation, rows, peer))
    } else {
      context.terminal.print(Self.table(evaluation, rows, peer))
    }
    if misses {
      for (query, corrected) in evaluation.misses() {
        context.terminal.print("\(query.typed) → \(corrected) (meant: \(query.meant))")
      }
    }
  }

  private static func table(
    _ evaluation: SpellingEvaluation, _ rows: [SpellingEvaluation.Row], _ peer: SymSpellPeer.Outcome
  ) -> String {
    func column(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    var lines = [
      "\(evaluation.queries.count) queries; vocabulary of \(evaluation.corrector.vocabulary.wordCount) words", "",
      "corrector                                           top-1  left alone  median ms   p99 ms",
    ]
    var all = rows
    var notice: String?
    switch peer {
    case .measured(let version, let theirs):
      all += theirs.map { row in
        var row = row
        row.name = "symspellpy \(version) \(row.name)"
        return row
      }
    case .absent(let reason): notice = reason
    }
    for row in all {
      let name = row.name + String(repeating: " ", count: max(0, 49 - row.name.count))
      lines.append(
        name + column(decimal(row.top1 * 100, 2) + "%", 8) + column(decimal(row.leftAlone * 100, 2) + "%", 12)
          + column(decimal(row.medianMilliseconds, 3), 11) + column(decimal(row.p99Milliseconds, 3), 9))
    }
    if let notice { lines += ["", notice] }
    return lines.joined(separator: "\n")
  }

  private static func json(
    _ evaluation: SpellingEvaluation, _ rows: [SpellingEvaluation.Row], _ peer: SymSpellPeer.Outcome
  ) -> String {
    func write(_ rows: [SpellingEvaluation.Row], _ writer: inout JSONWriter) {
      writer.array { writer in
        for row in rows {
          writer.object { writer in
            writer.member("name", row.name)
            writer.member("top_1", row.top1)
            writer.member("left_alone", row.leftAlone)
            writer.member("median_ms", row.medianMilliseconds)
            writer.member("p99_ms", row.p99Milliseconds)
          }
        }
      }
    }
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("queries", evaluation.queries.count)
      writer.member("words", evaluation.corrector.vocabulary.wordCount)
      writer.name("correctors")
      write(rows, &writer)
      switch peer {
      case .measured(let version, let theirs):
        writer.member("symspellpy", version)
        writer.name("symspellpy_methods")
        write(theirs, &writer)
      case .absent(let reason): writer.member("symspellpy_absent", reason)
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
