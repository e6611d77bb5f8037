import Bootstrap
import Configuration

/// The refused lines that an import may have and still count as done: `12` lines, or `0.5%` of all.
enum RefusalTolerance: Equatable, ExpressibleByArgument {
  case lines(Int)
  case percent(Double)

  init?(argument: String) {
    if argument.hasSuffix("%") {
      guard let percent = Double(argument.dropLast()), (0.0...100.0).contains(percent) else { return nil }
      self = .percent(percent)
    } else {
      guard let lines = Int(argument), lines >= 0 else { return nil }
      self = .lines(lines)
    }
  }

  static let expectation = "a number of lines from 0 on, or a share of them from 0% to 100%"

  var defaultValueDescription: String {
    switch self {
    case .lines(let count): "\(count)"
    case .percent(let percent): "\(percent)%"
    }
  }

  func allows(_ refused: Int, of total: Int) -> Bool {
    switch self {
    case .lines(let most): refused <= most
    case .percent(let most): Double(refused) * 100 <= most * Double(total)
    }
  }

  /// Ends the command with the code of a gate where more was refused; all other lines are stored.
  func check(_ refused: Int, of total: Int, on terminal: Terminal) throws {
    guard !allows(refused, of: total) else { return }
    terminal.printError(
      "vitrine: \(refused) of \(total) lines were refused, and the others are stored: mend them and import the file again, or allow them with --tolerate"
    )
    throw ExitCode.gateRefused
  }
}
