// The command line. Properties proved here:
// 1. Options, flags and arguments have the values given in every permitted spelling, otherwise their defaults.
// 2. Subcommands are found at any depth; each has help, by --help, -h and the word help.
// 3. A wrong command line is refused with one line and a hint that names the nearest word.
// 4. Settings are accepted as flags anywhere; Booleans with and without a value, or negated.
// 5. The help names every subcommand, argument, option, default and permitted word, within 80 columns for its tables;
//    the settings have a help of their own, the same for every command.
// 6. Near names are found by the edit distance with swaps; far ones are not.
// 8. The reference page has a part for each command at any depth, in their order, with its help.
// 7. Every line of words makes the parser return or throw a usage error, and nothing else (seeded random lines).

import TestSupport
import Testing

@testable import Configuration

private enum Format: String, CaseIterable, ExpressibleByArgument {
  case icecat, csv, ndjson
}

private struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "import", abstract: "Reads products from files.")
  @Option(help: "Format of the file.") var format: Format
  @Option(name: .shortAndLong("n"), help: "Most lines to read.") var maxLines = 1_000
  @Option(help: "Columns' names.") var mapping: String?
  @Option(help: "Categories to leave out.") var skip: [String] = []
  @Option(name: .customLong("seed"), help: "Seed.") var randomSeed: UInt64 = 7
  @Option(help: "Share to take.") var share = 1.0
  @Flag(help: "Only looks.") var dryRun = false
  @Flag(help: "Hides progress.") var progress = true
  @Argument(help: "File to read.") var file: String
  @Argument(help: "More files.") var more: [String] = []

  func validate() throws {
    if share > 1 { throw ValidationError("option '--share' is more than 1") }
  }
}

private struct Full: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "full", abstract: "Builds a new index.")
}

private struct Index: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Keeps the index.", subcommands: [Full.self])
}

private struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Prints settings.")
}

private struct Files: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "files", abstract: "Takes files.")
  @Argument(help: "Files.") var files: [String]
}

private struct Shop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shop", abstract: "A shop.", subcommands: [Import.self, Index.self, Config.self, Files.self])
}

private let parser = CommandLineParser(
  root: Shop.self, version: "shop 1", settings: ResolvedSettings.declarations)

private func parse(_ line: String) throws -> CommandLineParser.Outcome {
  try parser.parse(line.split(separator: " ").map(String.init))
}

private func command<Command: ParsableCommand>(_ type: Command.Type, _ line: String) throws -> Command {
  guard case .run(let parsed, _) = try parse(line) else { throw ValidationError("'\(line)' was not run") }
  return try #require(parsed as? Command)
}

private func shown(_ line: String) throws -> String {
  guard case .show(let text) = try parse(line) else { throw ValidationError("'\(line)' was run") }
  return text
}

private func settings(_ line: String) throws -> [String: String] {
  guard case .run(_, let flags) = try parse(line) else { throw ValidationError("'\(line)' was not run") }
  return flags
}

@Suite struct CommandLineTests {
  @Test("1: defaults")
  func defaults() throws {
    let parsed = try command(Import.self, "import --format csv a.csv")
    #expect(parsed.format == .csv && parsed.maxLines == 1_000 && parsed.mapping == nil && parsed.skip.isEmpty)
    #expect(parsed.randomSeed == 7 && parsed.share == 1 && !parsed.dryRun && parsed.progress)
    #expect(parsed.file == "a.csv" && parsed.more.isEmpty)
  }

  @Test("1: every spelling")
  func spellings() throws {
    let parsed = try command(
      Import.self,
      "import a -n 5 --format=icecat b --skip x --skip=y=z --mapping - --seed 9007199254740993 --share -0.5 "
        + "--dry-run --no-progress -- --c")
    #expect(parsed.format == .icecat && parsed.maxLines == 5 && parsed.mapping == "-" && parsed.skip == ["x", "y=z"])
    #expect(parsed.randomSeed == 9_007_199_254_740_993 && parsed.share == -0.5 && parsed.dryRun && !parsed.progress)
    #expect(parsed.file == "a" && parsed.more == ["b", "--c"])
    #expect(try command(Files.self, "files a b c").files == ["a", "b", "c"])
  }

  @Test("1: one parse leaves nothing for the next")
  func independence() throws {
    _ = try command(Import.self, "import --format csv -n 9 --skip x a")
    let second = try command(Import.self, "import --format csv a")
    #expect(second.maxLines == 1_000 && second.skip.isEmpty)
  }

  @Test("2: subcommands and help")
  func subcommands() throws {
    _ = try command(Full.self, "index full")
    for line in ["", "--help", "-h", "help"] { #expect(try shown(line).contains("usage: shop <command>")) }
    for line in ["index --help", "help index"] { #expect(try shown(line).contains("usage: shop index <command>")) }
    for line in ["index full -h", "help index full"] { #expect(try shown(line).contains("usage: shop index full\n")) }
    #expect(try shown("--version") == "shop 1")
  }

  @Test(
    "3: wrong lines",
    arguments: [
      ("indx full", "'shop' has no command 'indx'", "did you mean 'index'? Otherwise see 'shop --help'."),
      ("index", "'shop index' needs a command: full", "see 'shop index --help'."),
      ("index fulll", "'shop index' has no command 'fulll'", "did you mean 'full'?"),
      ("help indx", "'shop' has no command 'indx'", "did you mean 'index'?"),
      ("qqqqqq", "'shop' has no command 'qqqqqq'", "see 'shop --help'."),
      ("index full x", "'shop index full' takes no further argument, but got 'x'", "see 'shop index full --help'."),
      ("import --format csv", "'shop import' needs <file>: File to read.", "see 'shop import --help'."),
      ("files", "'shop files' needs <files>: Files.", "see 'shop files --help'."),
      ("import a", "'shop import' needs --format: Format of the file.", "see"),
      ("import --fromat csv a", "'shop import' has no option '--fromat'", "did you mean '--format'?"),
      ("import --format", "option '--format' needs a value", "see"),
      ("import --format --dry-run", "option '--format' needs a value", "see"),
      ("import --format xml a", "option '--format' is 'xml', but must be one of icecat, csv, ndjson", "see"),
      ("import --format csv a -n x", "option '-n' is 'x', but must be a whole number", "see"),
      ("import --format csv a --share nan", "option '--share' is 'nan', but must be a number", "see"),
      ("import --format csv a -n 1 --max-lines 2", "option '--max-lines' is given twice", "see"),
      ("import --format csv a --dry-run=yes", "flag '--dry-run' takes no value, but got '--dry-run=yes'", "see"),
      ("import --format csv a --share 2", "option '--share' is more than 1", "see"),
      ("config --http-prt 1", "'shop config' has no option '--http-prt'", "did you mean '--http-port'?"),
      ("config --http-port", "option '--http-port' needs a value", "see"),
      ("config --no-redis-enabled=true", "flag '--no-redis-enabled' takes no value", "see"),
      ("--http-port 1", "'shop' needs a command: import, index, config, files", "see"),
    ])
  func refused(line: String, message: String, hint: String) throws {
    let error = try #require(throws: UsageError.self) { try parse(line) }
    #expect(error.message.hasPrefix(message), "\(error.message)")
    #expect(error.hint.hasPrefix(hint), "\(error.hint)")
    #expect(!error.message.contains("\n") && !error.hint.contains("\n"))
  }

  @Test("4: settings as flags")
  func settingFlags() throws {
    let flags = try settings("--http-port 1 index --config=a.conf full --no-redis-enabled --shop-name=")
    #expect(flags == ["--http-port": "1", "--config": "a.conf", "--redis-enabled": "false", "--shop-name": ""])
    #expect(try settings("index full --redis-enabled") == ["--redis-enabled": "true"])
    #expect(try settings("index full --redis-enabled=no") == ["--redis-enabled": "no"])
    #expect(try settings("index full --redis-enabled false") == ["--redis-enabled": "false"])
    #expect(try settings("index --redis-enabled true full") == ["--redis-enabled": "true"])
  }

  @Test("5: the help's text")
  func helpText() throws {
    let root = try shown("--help")
    for name in ["import", "index", "config", "files", "--version", "--help-settings"] {
      #expect(root.contains(name))
    }
    let own = try shown("import --help")
    for text in [
      "usage: shop import --format <format> [options] <file> [<more>…]", "-n, --max-lines <max-lines>",
      "(default: 1000)",
      "One of icecat, csv, ndjson.", "--no-progress", "--seed <seed>", "(may be repeated)",
    ] {
      #expect(own.contains(text), "\(text)")
    }
    let listing = try shown("--help-settings")
    for line in ["config --help-settings", "index full --help-settings"] { #expect(try shown(line) == listing) }
    for setting in ResolvedSettings.declarations {
      #expect(listing.contains("  \(setting.key.flag)") && !own.contains(setting.key.flag + " "))
    }
    for row in [root, own, listing].flatMap({ $0.split(separator: "\n") }) where row.hasPrefix("  ") {
      #expect(row.count <= 80)
    }
  }

  @Test("8: the reference page")
  func reference() {
    let page = CommandsReference(root: Shop.self).markdown
    let headings = page.split(separator: "\n").filter { $0.hasPrefix("## ") }
    #expect(
      headings == [
        "## `shop import`", "## `shop index`", "## `shop index full`", "## `shop config`", "## `shop files`",
      ])
    #expect(page.contains("\n  --format <format>"))
    #expect(page.contains("`shop index full`: Builds a new index.") && !page.contains("--http-port"))
  }

  @Test("6: near names")
  func nearNames() {
    #expect(editDistance("", "abc") == 3 && editDistance("abc", "") == 3 && editDistance("kitten", "sitting") == 3)
    #expect(editDistance("prot", "port") == 1 && editDistance("ca", "abc") == 3)
    #expect(nearestName(to: "serv", among: ["seed", "serve", "up"]) == "serve")
    #expect(nearestName(to: "x", among: ["serve", "up"]) == nil)
    #expect(nearestName(to: "anything", among: [String]()) == nil)
  }

  @Test("7: random lines", arguments: [UInt64(1), 2, 3])
  func randomLines(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let words = [
      "import", "index", "full", "config", "help", "--help", "--", "-", "-n", "--format", "csv", "--format=csv",
      "--skip",
      "=", "--=", "--http-port", "9", "--no-redis-enabled", "--dry-run", "é", "", "-h", "--version", "--share",
    ]
    for _ in 0..<2_000 {
      let line = (0..<Int.random(in: 0...7, using: &random)).map { _ in words.randomElement(using: &random)! }
      do {
        _ = try parser.parse(line)
      } catch {
        #expect(!error.message.isEmpty && !error.hint.isEmpty, "seed \(seed): \(line)")
      }
    }
  }
}
