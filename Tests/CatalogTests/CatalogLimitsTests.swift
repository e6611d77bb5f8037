// The catalog's limits:
// 1. A record at every limit is taken; one that is a step over any of them is refused with the field, the value's kind and
//    what is allowed.
// 2. Days and moments far outside the calendar are counted, compared and written without end of the process.
import Catalog
import Testing

@Suite struct CatalogLimitsTests {
  private func record(_ change: (inout ProductRecord) -> Void = { _ in }) -> ProductRecord {
    let size = AttributeDefinition(code: "size", name: "Size", type: .number)
    let day = AttributeDefinition(code: "day", name: "Day", type: .date)
    var record = ProductRecord(
      code: String(repeating: "c", count: 200), title: String(repeating: "t", count: 4_000),
      attributes: [.init(size, [.number(1e15), .number(-1e15)]), .init(day, [.date(CalendarDay("9999-12-31")!)])],
      variants: [
        .init(
          sku: SKU("A"),
          prices: [
            Price(
              amount: Money(minorUnits: 999_999_999_999, currency: .gbp),
              wasAmount: Money(minorUnits: 1_000_000_000_000, currency: .gbp), minimumQuantity: 1_000_000_000)
          ], cost: Money(minorUnits: 1_000_000_000_000, currency: .gbp), stock: ["main": 1_000_000_000])
      ], ratingCount: 1_000_000_000, popularity: 1e12, releasedAt: Timestamp("9999-12-31T23:59:59Z")!)
    change(&record)
    return record
  }

  @Test("1: at the limit and over it")
  func limits() {
    #expect(record().excess == nil)
    let text = String(repeating: "x", count: 100_001)
    let cases: [(String, (inout ProductRecord) -> Void)] = [
      ("code is a text of 201 bytes; allowed are at most 200", { $0.code += "c" }),
      ("title is a text of 4001 bytes; allowed are at most 4000", { $0.title += "t" }),
      ("summary is a text of 100001 bytes; allowed are at most 100000", { $0.summary = text }),
      ("brand is a text of 100001 bytes; allowed are at most 400", { $0.brand = text }),
      ("rating_count is 1000000001 ratings; allowed are 0 to 1000000000", { $0.ratingCount += 1 }),
      ("rating_count is -1 ratings; allowed are 0 to 1000000000", { $0.ratingCount = -1 }),
      ("popularity is the number 1e+308; allowed are 0.0 to 1000000000000.0", { $0.popularity = 1e308 }),
      ("popularity is the number nan; allowed are 0.0 to 1000000000000.0", { $0.popularity = .nan }),
      ("released_at is a date in the year 0; allowed are 1 to 9999", { $0.releasedAt = Timestamp("0000-12-31")! }),
      ("it has 201 pictures; allowed are at most 200", { $0.pictureURLs = Array(repeating: "p", count: 201) }),
      (
        "it has 1001 variants; allowed are at most 1000",
        { $0.variants = Array(repeating: .init(sku: SKU("A")), count: 1_001) }
      ),
      ("it has 101 categories; allowed are at most 100", { $0.categories = Array(repeating: ["a"], count: 101) }),
      (
        "attribute size is the number 1e+308; allowed are -1000000000000000.0 to 1000000000000000.0",
        { $0.attributes[0].values = [.number(1e308)] }
      ),
      (
        "attribute size's position is 9223372036854775807 places; allowed are -1000000 to 1000000",
        { $0.attributes[0].definition.position = .max }
      ),
      (
        "SKU A: price in list retail is 9223372036854775807 minor units of GBP; allowed are 0 to 1000000000000",
        { $0.variants[0].prices[0].amount.minorUnits = .max }
      ),
      (
        "SKU A: price before the reduction in list retail is 1000000000001 minor units of GBP; allowed are 0 to 1000000000000",
        { $0.variants[0].prices[0].wasAmount?.minorUnits += 1 }
      ),
      (
        "SKU A: minimum_quantity is 1000000001 pieces; allowed are 0 to 1000000000",
        { $0.variants[0].prices[0].minimumQuantity += 1 }
      ),
      (
        "SKU A: cost is -1 minor units of GBP; allowed are 0 to 1000000000000", { $0.variants[0].cost?.minorUnits = -1 }
      ),
      (
        "SKU A: stock of warehouse main is 9223372036854775807 pieces; allowed are 0 to 1000000000",
        { $0.variants[0].stock["main"] = .max }
      ),
    ]
    for (reason, change) in cases { #expect(record(change).excess == reason) }
  }

  @Test("2: outside the calendar")
  func calendar() {
    for microseconds in [Int64.min, .min + 1, .max, .max - 1, -1, 0] {
      let time = Timestamp(microsecondsSinceEpoch: microseconds)
      #expect(!time.description.isEmpty && !time.day.description.isEmpty)
      #expect(time.day.start.microsecondsSinceEpoch <= microseconds || microseconds < .min + 86_400_000_000)
      #expect(time.millisecondsSinceEpoch <= microseconds / 1000)
    }
    #expect(Timestamp(microsecondsSinceEpoch: -1).millisecondsSinceEpoch == -1)
    for days in [Int64.min, .max] {
      let day = CalendarDay(daysSinceEpoch: days)
      #expect(day.advanced(by: days < 0 ? -1 : 1) == day && !day.description.isEmpty)
      #expect(day.start.microsecondsSinceEpoch == (days < 0 ? .min : .max))
    }
  }
}
