// 1. A category without its own order or position uses that of its nearest ancestor with one.
// 2. Folding: capitals, marks before and after composition, other scripts; folding twice equals folding once for every
//    Latin letter.
// 3. A brand's slug has letters, digits and single hyphens only, whatever the name (random names, seed printed).
import Catalog
import Testing

@Suite struct BrowseRulesTests {
  private func path(_ ids: Int64...) -> CategoryPath {
    CategoryPath(steps: ids.map { .init(id: CategoryID($0), slug: "c\($0)", name: "C\($0)") })
  }

  @Test("1: inherited rules")
  func above() {
    let rules = BrowseRules(
      defaultSorts: [CategoryID(1): .newest, CategoryID(3): .rating],
      facetPositions: [CategoryID(1): ["a": 1, "b": 2], CategoryID(2): ["b": 0], CategoryID(9): ["a": 7]])
    #expect(rules.defaultSort(of: path(1)) == .newest && rules.defaultSort(of: path(1, 2)) == .newest)
    #expect(rules.defaultSort(of: path(1, 2, 3)) == .rating && rules.defaultSort(of: path(9)) == nil)
    #expect(rules.facetPositions(of: path(1, 2, 3)) == ["a": 1, "b": 0])
    #expect(rules.facetPositions(of: path(1)) == ["a": 1, "b": 2] && rules.facetPositions(of: path(4)) == [:])
  }

  @Test("2: folding")
  func folding() {
    for (text, plain) in [
      ("Café", "cafe"), ("CAFE\u{301}", "cafe"), ("Écru", "ecru"), ("Ångström", "angstrom"), ("naïve", "naive"),
      ("Łódź", "lodz"), ("ñ", "n"), ("Straße", "straße"), ("Øre", "ore"), ("日本", "日本"), ("ДОМ", "дом"), ("", ""),
      ("a-b C3", "a-b c3"),
    ] {
      #expect(text.folded == plain, "\(text)")
    }
    for value in UInt32(0x20)...0x24F {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let once = String(scalar).folded
      #expect(once.folded == once, "U+\(String(value, radix: 16))")
    }
  }

  @Test("3: slugs")
  func slugs() {
    let seed = UInt64.random(in: .min ... .max)
    var state = seed
    func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let letters = Array("abcXYZ 019-_&/.'\"<>%ÉßøŁ日🧥\u{301}\u{0}")
    for _ in 0..<2_000 {
      let name = String((0..<next(100)).map { _ in letters[next(letters.count)] })
      let slug = Slug.brand(name)
      #expect(slug.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }, "\(name.debugDescription), seed \(seed)")
      #expect(
        !slug.contains("--") && !slug.hasPrefix("-") && slug.count <= 80, "\(name.debugDescription), seed \(seed)")
      #expect(slug.isEmpty == !name.contains { $0.isLetter || $0.isNumber }, "\(name.debugDescription), seed \(seed)")
    }
  }
}
