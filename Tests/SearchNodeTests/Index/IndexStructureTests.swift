// 1. Lengths in one byte: exact up to 39, and Lucene's own values beyond (SmallFloat.intToByte4).
// 2. Dates and date math as Elasticsearch reads them, with bounds rounded up and down.
// 3. Doubles keep their order as whole numbers.
// 4. minimum_should_match in all its forms.
// 5. Half-precision rounding.
import SearchDSL
import Testing

@testable import SearchNode

@Suite struct IndexStructureTests {
  @Test("1: field lengths")
  func lengths() {
    for length in 0...39 { #expect(SmallFloat.decode(SmallFloat.encode(Int32(length))) == Int32(length)) }
    // Lucene: 40 is the first code that several lengths share; the last code means 2,013,265,944.
    #expect(SmallFloat.decode(SmallFloat.encode(41)) == 40)
    #expect(SmallFloat.decode(255) == 2_013_265_944)
    for code in 0..<255 { #expect(SmallFloat.decode(UInt8(code)) < SmallFloat.decode(UInt8(code + 1))) }
    for code in 0...255 { #expect(SmallFloat.encode(SmallFloat.decode(UInt8(code))) == UInt8(code)) }
  }

  @Test("2: dates")
  func dates() {
    let format = DateFormat.strictDateOptionalTime
    #expect(format.parse("1970-01-01") == 0)
    #expect(format.parse("2026-11-23T17:05:01.250Z") == 1_795_453_501_250)
    #expect(format.parse("2026-11-23T18:05:01.25+01:00") == 1_795_453_501_250)
    #expect(format.parse("2026-11-23", roundsUp: true) == 1_795_478_399_999)
    #expect(format.parse("2024-02", roundsUp: true) == 1_709_251_199_999)
    #expect(format.parse("2026-02-29") == nil)
    #expect(format.parse("26-02-01") == nil)
    #expect(format.parse("2026-11-23 17:05") == nil)
    let now: Int64 = 1_795_453_501_250
    func evaluate(_ text: String, roundsUp: Bool = false) -> Int64? {
      DateMath.evaluate(text, now: now, formats: DateFormat.defaults, roundsUp: roundsUp)
    }
    #expect(evaluate("now") == now)
    #expect(evaluate("now-30d/d") == format.parse("2026-10-24"))
    #expect(evaluate("now/d", roundsUp: true) == format.parse("2026-11-23", roundsUp: true))
    #expect(evaluate("2024-01-31||+1M") == format.parse("2024-02-29"))
    #expect(evaluate("now/w") == format.parse("2026-11-23"))
    #expect(evaluate("1795453501250") == now)
    #expect(evaluate("soon") == nil)
    #expect(ISODate.format(now) == "2026-11-23T17:05:01.250Z")
  }

  @Test("3: the order of doubles")
  func doubles() {
    let values = [-Double.infinity, -1e300, -2, -1e-300, -0.0, 0, 1e-300, 0.5, 2, 1e300, .infinity]
    let encoded = values.map(SortableDouble.encode)
    #expect(encoded == encoded.sorted())
    #expect(encoded.map(SortableDouble.decode) == values)
  }

  @Test("4: minimum_should_match")
  func minimumShouldMatch() throws {
    let expected: [(String, Int, Int)] = [
      ("3", 5, 3), ("-1", 5, 4), ("75%", 5, 3), ("-25%", 5, 4), ("2<75%", 2, 2), ("2<75%", 4, 3),
      ("2<-25% 9<-3", 2, 2), ("2<-25% 9<-3", 8, 6), ("2<-25% 9<-3", 10, 7), ("-9", 3, 0), ("9", 3, 9),
      ("1 < 50%", 4, 2),
    ]
    for (text, clauses, wanted) in expected {
      #expect(try MinimumShouldMatch(text).count(of: clauses) == wanted, "\(text)")
    }
    #expect(throws: SearchEngineError.self) { try MinimumShouldMatch("some").count(of: 3) }
  }

  @Test("5: half precision")
  func halfPrecision() {
    #expect(HalfFloat.round(0.1) == 0.0999755859375)
    #expect(HalfFloat.round(65_504) == 65_504)
    #expect(HalfFloat.round(2_049) == 2_048)
    #expect(HalfFloat.round(70_000) == .infinity)
  }
}
