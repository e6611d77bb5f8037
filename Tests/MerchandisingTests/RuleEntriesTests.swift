// 1. A difference names removed and added entries: lines, and rules with their actions; comments and space are none.
// 2. An action is added to its rule; a second pin of a place or a product takes the first one's place; the others stay.
// 3. A preview tells for each product where it was, where it is and why; what fell out stands at the end.
import Catalog
import Testing
import Understanding

@testable import Merchandising

@Suite struct RuleEntriesTests {
  @Test("1: difference")
  func difference() {
    let old = RuleTexts([.synonyms: "a, b\n# note\nc => d\n", .rules: "exact: x\n  hide: 1\nexact: y\n hide: 2\n"])
    let new = RuleTexts([
      .synonyms: "c  => d  # why\ne, f\n", .rules: "exact: x\n  hide: 1\n  pin 1: 3\nexact: y\nhide: 2",
    ])
    let parts = RuleDifference(from: old, to: new).parts
    #expect(parts.map(\.kind) == [.synonyms, .rules])
    #expect(parts[0].removed == ["a, b"] && parts[0].added == ["e, f"])
    #expect(parts[1].removed == ["exact: x\n  hide: 1"] && parts[1].added == ["exact: x\n  hide: 1\n  pin 1: 3"])
    #expect(RuleDifference(from: old, to: old).isEmpty)
    let turned = RuleTexts([.synonyms: old[.synonyms], .rules: "exact: y\n hide: 2\nexact: x\n  hide: 1\n"])
    #expect(RuleDifference(from: old, to: turned).parts.map(\.isReordered) == [true])
  }

  @Test("2: actions")
  func actions() {
    var text = RuleEntries.adding("pin 1: 7", toRule: "exact: red dress", in: "# mine\nphrase: x\n  hide: 1\n")
    #expect(text == "# mine\nphrase: x\n  hide: 1\nexact: red dress\n  pin 1: 7\n")
    text = RuleEntries.adding("hide: 8", toRule: "exact: red dress", in: text)
    text = RuleEntries.adding("pin 1: 9", toRule: "exact: red dress", in: text)
    text = RuleEntries.adding("pin 2: 9", toRule: "exact: red dress", in: text)
    text = RuleEntries.adding("boost 2: brand:A", toRule: "exact: red dress", in: text)
    text = RuleEntries.adding("boost 2: brand:B", toRule: "exact: red dress", in: text)
    #expect(text.hasSuffix("exact: red dress\n  hide: 8\n  pin 2: 9\n  boost 2: brand:A\n  boost 2: brand:B\n"))
    text = RuleEntries.adding("hide: 9", toRule: "exact: red dress", in: text)
    #expect(!text.contains("pin 2: 9") && text.contains("hide: 8") && text.contains("hide: 9"))
    text = RuleEntries.adding("hide: 2", toRule: "phrase: x", in: text)
    #expect(text.hasPrefix("# mine\nphrase: x\n  hide: 1\n  hide: 2\nexact: red dress\n"))
  }

  @Test("3: comparison")
  func comparison() throws {
    func results(_ ids: [Int64], _ rules: String = "") throws -> PreviewResults {
      let plan = QueryUnderstanding(rules: try RuleTexts([.rules: rules]).compiled(currency: .gbp)).plan("red dress")
      let products = ids.map {
        PreviewProduct(
          id: ProductID(rawValue: $0), title: "P\($0)", brand: nil, pictureURL: nil, isInStock: true, price: "")
      }
      return PreviewResults(
        products: products, total: ids.count, steps: [], effects: plan.effects, redirect: plan.redirect)
    }
    let comparison = Comparison(
      before: try results([1, 2, 3, 4]), after: try results([3, 1, 2, 5], "exact: red dress\n pin 1: 3\n hide: 4\n"))
    #expect(comparison.rows.map(\.product.id.rawValue) == [3, 1, 2, 5, 4])
    #expect(comparison.rows.map(\.before) == [3, 1, 2, nil, 4] && comparison.rows.map(\.after) == [1, 2, 3, 4, nil])
    #expect(
      comparison.rows.map(\.reason) == [
        "pinned to place 1", "moved by others", "moved by others", "newly found", "hidden by a rule",
      ])
    #expect(comparison.isChanged && !Comparison(before: comparison.before, after: comparison.before).isChanged)
  }
}
