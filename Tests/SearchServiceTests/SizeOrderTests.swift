// 1. Measures in several units are in the order of what they measure, with what a smaller unit adds.
// 2. Sizes without units keep their order: numbers, then letters; a value that is not a size leaves the list as it was.
// 3. The order does not depend on the order in which the values come.
import TestSupport
import Testing

@testable import SearchService

@Suite struct SizeOrderTests {
  @Test(
    "1, 2: order",
    arguments: [
      ["3 mm", "10 cm", "8 in", "1 ft", "7 ft", "8 ft 6 in", "9 ft", "9.5 m"],
      ["128 mb", "32 gb", "1 tb"], ["4 oz", "200 g", "1 lb", "1 kg"], ["250 ml", "1 litre"],
      ["0-3 months", "3-6 months", "18-24 months", "2-3 years", "5-6 years"],
      ["20 x 30 cm", "30 x 30 cm", "30 x 40 cm"], ["8", "10", "12"], ["XS", "S", "M", "L", "XL", "3XL"],
      ["W30 L32", "W30 L34", "W32 L30"],
    ])
  func order(sorted: [String]) {
    var random = SeededGenerator(seed: 18)
    for _ in 0..<10 {
      let values = sorted.shuffled(using: &random).map {
        Facet.Value(value: $0, label: $0, count: 1, isSelected: false)
      }
      #expect(SizeOrder.sorted(values).map(\.value) == sorted)
    }
  }

  @Test("2: no sizes", arguments: [["10 cm", "Loose", "1 m"], ["nan", "2", "1"], ["inf", "3"]])
  func noSizes(values: [String]) {
    let given = values.map { Facet.Value(value: $0, label: $0, count: 1, isSelected: false) }
    #expect(SizeOrder.sorted(given).map(\.value) == values)
  }
}
