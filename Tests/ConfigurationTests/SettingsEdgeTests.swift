// 1. Each whole number takes the least and the greatest value that its refusal names, and neither of their neighbours.
// 2. A settings file of exactly the greatest size is read.
import Testing

@testable import Configuration

@Suite struct SettingsEdgeTests {
  /// The refusal's own words about a setting that is not a whole number; nil for settings of another kind.
  private func range(of declaration: SettingDeclaration) -> ClosedRange<Int>? {
    guard declaration.defaultText.flatMap({ Int($0) }) != nil else { return nil }
    do {
      _ = try resolve(flags: [declaration.key.flag: "x"])
      return nil
    } catch {
      guard let words = "\(error)".firstRange(of: "must be a whole number, ") else { return nil }
      let numbers = "\(error)"[words.upperBound...].split(whereSeparator: { !$0.isNumber && $0 != "-" }).prefix(2)
      return numbers.count == 2 ? Int(numbers[0])!...Int(numbers[1])! : nil
    }
  }

  @Test("1: whole numbers")
  func wholeNumbers() throws {
    var checked = 0
    for declaration in ResolvedSettings.declarations {
      guard let range = range(of: declaration) else { continue }
      checked += 1
      for (value, isTaken) in [
        (range.lowerBound, true), (range.upperBound, true), (range.lowerBound - 1, false),
        (range.upperBound + 1, false),
      ] {
        do {
          var flags = [declaration.key.flag: "\(value)"]
          // The hard deadline must not be below the soft one.
          if "\(declaration.key)" == "search.hardDeadlineMilliseconds" {
            flags[ConfigKey(dotted: "search.deadlineMilliseconds").flag] = "1"
          }
          _ = try resolve(flags: flags)
          #expect(isTaken, "\(declaration.key) = \(value)")
        } catch { #expect(!isTaken, "\(declaration.key) = \(value): \(error)") }
      }
    }
    #expect(checked >= 25)
  }

  @Test("2: the largest file", arguments: [(0, true), (1, false)])
  func largestFile(beyond: Int, isRead: Bool) throws {
    let line = "http.port = 81\n#"
    let text = line + String(repeating: "x", count: FileProvider.maxFileBytes + beyond - line.utf8.count)
    do {
      #expect(try resolve(file: text).settings.http.port == 81 && isRead)
    } catch { #expect(!isRead, "\(error)") }
  }
}
