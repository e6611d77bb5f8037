// 1. A book with a fault is refused with subject and reason, and nothing of it is used: negative or overflowing prices,
//    a wrong currency, unknown, double, ambiguous or circular lists, periods that end before they begin, two rates at
//    once, promotions that would give goods away.
// 2. Endings: the nearest price with the last digits, the lower one if two are as near.
import Catalog
import Testing

@testable import Pricing

@Suite struct PriceBookTests {
  private static func fault(_ change: (inout PriceBookContents) -> Void) -> String? {
    var contents = Books.contents([Books.item(1, Books.row(100))])
    change(&contents)
    do throws(PriceBookFaults) {
      _ = try PriceBook(contents)
      return nil
    } catch {
      return error.description
    }
  }

  private static let early = Timestamp("2026-01-01T00:00:00Z")!
  private static let late = Timestamp("2026-02-01T00:00:00Z")!

  @Test("1: rows, lists and taxes")
  func rows() throws {
    #expect(Self.fault { _ in } == nil)
    let cases: [(String, (inout PriceBookContents) -> Void)] = [
      ("is -1 minor units", { $0.items[0].rows[0].price.amount.minorUnits = -1 }),
      ("minor units", { $0.items[0].rows[0].price.amount.minorUnits = .max }),
      ("in USD, list retail in EUR", { $0.items[0].rows[0].price.amount.currency = .usd }),
      ("least quantity", { $0.items[0].rows[0].price.minimumQuantity = 0 }),
      ("the book does not have", { $0.items[0].rows[0].price.list = "other" }),
      (
        "ends",
        { ($0.items[0].rows[0].price.validFrom, $0.items[0].rows[0].price.validUntil) = (Self.late, Self.early) }
      ),
      ("in the book twice", { $0.items.append($0.items[0]) }),
      ("two of this code", { $0.lists.append($0.lists[0]) }),
      (
        "different priorities",
        { $0.lists.append(PriceList(code: "b", currency: .eur, includesTax: true, contract: "b")) }
      ),
      ("own basis", { $0.lists[0].basis = .retail }),
      ("not in the book", { $0.lists[0].basis = "none" }),
      (
        "has a basis itself",
        {
          $0.lists += [
            PriceList(code: "b", currency: .eur, includesTax: true, priority: 1, basis: .retail),
            PriceList(code: "c", currency: .eur, includesTax: true, priority: 2, basis: "b"),
          ]
        }
      ),
      ("give goods away", { $0.lists[0].adjustment = Share(partsPerMillion: -1_000_000)! }),
      ("not 0 to 50 %", { $0.taxes[0].rates[0].rate = Books.share("51") }),
      ("at the same time", { $0.taxes[0].rates.append($0.taxes[0].rates[0]) }),
      ("in the book twice", { $0.taxes.append($0.taxes[0]) }),
      ("lifetime", { $0.quoteLifetimeSeconds = 0 }),
      ("negative", { $0.version = -1 }),
      (
        "floor",
        {
          $0.items[0].floors = [PriceFloor(kind: .legal, amount: Books.money(-1), includesTax: true)]
        }
      ),
    ]
    for (words, change) in cases {
      let fault = try #require(Self.fault(change), "\(words)")
      #expect(fault.contains(words) && fault.contains("nothing of it is used"), "\(fault)")
    }
    // Lists of one priority may stand beside each other where no context has both.
    #expect(
      Self.fault {
        $0.lists += [
          PriceList(code: "b", currency: .eur, includesTax: true, contract: "b", priority: 1),
          PriceList(code: "c", currency: .eur, includesTax: true, contract: "c", priority: 1),
          PriceList(code: "u", currency: .usd, includesTax: true),
        ]
      } == nil)
    // Every fault is told at once.
    let both = Self.fault {
      $0.version = -1
      $0.items[0].rows[0].price.minimumQuantity = 0
    }
    #expect(both?.contains("negative") == true && both?.contains("least quantity") == true)
  }

  @Test("1: promotions that would give money away")
  func promotions() {
    let all = PromotionTarget()
    let refused: [Promotion] = [
      Books.promotion("p", .percentage(.whole)), Books.promotion("p", .percentage(.zero)),
      Books.promotion("p", .percentage(Books.share("-5"))), Books.promotion("p", .amount(1000), spend: 1000),
      Books.promotion("p", .amount(0)), Books.promotion("p", .amountEach(-5)),
      Books.promotion("p", .buyGet(buy: 0, get: 1, off: .whole)),
      Books.promotion("p", .buyGet(buy: 1, get: 0, off: .whole)),
      Books.promotion("p", .buyGet(buy: 1, get: 1, off: Books.share("150"))),
      Books.promotion("p", .bundle(parts: [.init(target: all)], price: 0)),
      Books.promotion("p", .bundle(parts: [], price: 100)),
      Books.promotion("p", .bundle(parts: [.init(target: all, pieces: 0)], price: 100)),
      Books.promotion("p", .amount(10), spend: .max), Books.promotion("", .percentage(Books.share("5"))),
    ]
    for promotion in refused {
      #expect(Self.fault { $0.promotions = [promotion] }?.contains("promotion") == true, "\(promotion.action)")
    }
    #expect(Self.fault { $0.promotions = [Books.promotion("p", .amount(1000), spend: 1001)] } == nil)
  }

  @Test("2: endings")
  func endings() throws {
    let charm = try #require(PriceEnding(last: 99, step: 100))
    #expect(
      [0, 98, 99, 100, 149, 150, 199, 1249, 1250].map(charm.applied) == [99, 99, 99, 99, 99, 199, 199, 1199, 1299])
    let up = try #require(PriceEnding(last: 95, step: 100, direction: .up))
    #expect([0, 95, 96].map(up.applied) == [95, 95, 195])
    let down = try #require(PriceEnding(last: 9, step: 10, direction: .down))
    #expect([5, 9, 18, 19].map(down.applied) == [5, 9, 9, 19])
    // Swiss five-hundredths.
    let swiss = try #require(PriceEnding(last: 0, step: 5))
    #expect([1082, 1083, 1087, 1088].map(swiss.applied) == [1080, 1085, 1085, 1090])
    #expect(swiss.applied(to: .max) > 0)
    #expect(PriceEnding(last: 100, step: 100) == nil && PriceEnding(last: 0, step: 0) == nil)
  }
}
