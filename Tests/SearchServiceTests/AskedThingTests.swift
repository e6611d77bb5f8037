// Over the demo's products with the shop's own rules, what newcomers asked for, and other inputs of each kind:
// 1. Of "X for Y" the thing is X, with and without the words in that order: no Y stands first.
// 2. A unit that is glued to its number chooses the same variant at the same price as one that stands apart; a size in words
//    chooses its variant.
// 3. A word is not corrected to one of another meaning; what the British call a thing is found.
// 4. What it may cost is the last to be given up: nothing dearer is shown, whatever the words find.
// 5. Numbers in words: prices, sizes, counts. A word that titles have is not called absent.
// 6. A summary's mention of a thing makes no such thing: the thing itself stands first, and where no product is one, none is
//    called a full match.
import Catalog
import Pricing
import SearchService
import Testing
import Understanding

@Suite struct AskedThingTests {
  private static let shop = Task {
    try await ImportedShop([
      """
      sku,title,brand,categories,price,currency,stock
      AT-1,Reel for Carp Fishing,,Fishing > Reels,30.00,GBP,5
      AT-2,Carp Rod 12 ft,,Fishing > Rods,60.00,GBP,5
      AT-3,Carp Rod 10 ft,,Fishing > Rods,50.00,GBP,5
      AT-4,Feeder Rod 11 ft,,Fishing > Rods,40.00,GBP,5
      AT-5,Spinning Rod 7 ft,,Fishing > Rods,40.00,GBP,5
      AT-6,Rod Bag Padded,,Fishing > Luggage,25.00,GBP,5
      AT-7,Müller Bite Alarm,Müller,Fishing > Alarms,25.00,GBP,5

      """
    ])
  }

  private func page(_ text: String) async throws -> SearchPage {
    try await Self.shop.value.service.search(SearchInput(text: text))
  }

  @Test(
    "1: X for Y", .timeLimit(.minutes(5)),
    arguments: [
      ("reel for carp rod", "Reel"), ("carp rod", "Carp Rod"),
      ("paper for printer", "Paper"), ("ink for printer", "Ink"), ("printer ink", "Ink"),
      ("bag for laptop", "Bag"), ("case for phone", "Case"),
    ])
  func things(_ text: String, _ word: String) async throws {
    let titles = try await page(text).products.map(\.title)
    #expect(titles.first?.contains(word) == true, "\(text): \(titles.prefix(5))")
  }

  @Test(
    "2: glued units", .timeLimit(.minutes(5)),
    arguments: [
      ("usb c cable 2m", "usb c cable 2 m"), ("256gb microsd", "256 gb microsd"), ("12ft carp rod", "12 ft carp rod"),
    ])
  func glued(_ glued: String, _ apart: String) async throws {
    let (one, other) = (try await page(glued).products.first, try await page(apart).products.first)
    #expect(one != nil && one?.code == other?.code, "\(glued)")
    #expect(one?.variant?.sku == other?.variant?.sku && one?.quote == other?.quote, "\(glued)")
  }

  @Test(
    "2: sizes in words", .timeLimit(.minutes(5)),
    arguments: ["men's medium hoodie", "hoodie medium"])
  func sizes(_ text: String) async throws {
    let card = try #require(try await page(text).products.first)
    #expect(card.variant?.options.contains { $0.value == "M" } == true, "\(text): \(card.variant?.options ?? [])")
  }

  @Test(
    "3: no other meaning", .timeLimit(.minutes(5)),
    arguments: ["pyjamas", "wellies", "brolly", "rucksack", "mueller", "dungarees", "cagoule", "hob", "spanner"])
  func meanings(_ text: String) async throws {
    let page = try await page(text)
    #expect(page.correctedText == nil, "\(text) → \(page.correctedText ?? "")")
  }

  @Test(
    "3: what the British say", .timeLimit(.minutes(5)),
    arguments: [
      ("wellies", "Wellington Boots"), ("wellies size 8", "Wellington Boots"), ("brolly", "Umbrella"),
      ("rucksack", "Backpack"), ("mueller", "Müller"), ("müller", "Müller"), ("muller alarm", "Müller"),
    ])
  func british(_ text: String, _ word: String) async throws {
    let titles = try await page(text).products.map(\.title)
    #expect(titles.first?.contains(word) == true, "\(text): \(titles.prefix(5))")
  }

  @Test(
    "4: the price stays", .timeLimit(.minutes(5)),
    arguments: [
      "gifts under £30", "gift for dad under 30", "xyzabc under £30", "qqq zzz below 30 pounds", "unicorn horn £30 max",
    ])
  func price(_ text: String) async throws {
    let page = try await page(text)
    #expect(!page.products.isEmpty, "\(text)")
    #expect(page.products.allSatisfy { $0.quote.map { $0.amount.minorUnits <= 3000 } ?? false }, "\(text)")
    #expect(page.plan.recognitions.contains { $0.kind == .price }, "\(text)")
  }

  @Test(
    "5: numbers in words", .timeLimit(.minutes(5)),
    arguments: [
      ("dress under three hundred and fifty pounds", 35_000), ("under one hundred and twenty pounds dress", 12_000),
      ("dress under two hundred and five pounds", 20_500), ("dress under ninety pounds", 9_000),
    ] as [(String, Int64)])
  func numbers(_ text: String, _ most: Int64) async throws {
    let upper = try await page(text).plan.recognitions.compactMap { recognition -> Int64? in
      if case .price(_, let upper) = recognition.constraint { upper } else { nil }
    }
    #expect(upper == [most], "\(text)")
  }

  @Test("5: counts", .timeLimit(.minutes(5)))
  func counts() async throws {
    for text in ["toaster 4 slice", "four slice toaster"] {
      let titles = try await page(text).products.map(\.title)
      #expect(titles.first?.contains("Four-Slice") == true, "\(text): \(titles.prefix(3))")
    }
    #expect(try await page("2 slice toaster").plan.absent.isEmpty)
    let sized = try await page("ladies red dress size ten").plan.recognitions.filter { $0.kind == .size }
    #expect(sized.map(\.label) == ["10"])
  }

  @Test(
    "6: only mentioned", .timeLimit(.minutes(5)),
    arguments: [("blue dress", "Dress"), ("green lamp", "Lamp"), ("purple rug", "Rug")])
  func mentioned(_ text: String, _ word: String) async throws {
    let titles = try await page(text).products.map(\.title)
    #expect(titles.first?.contains(word) == true, "\(text): \(titles.prefix(5))")
  }

  @Test("6: machine washable", .timeLimit(.minutes(5)))
  func washable() async throws {
    let page = try await page("washing machine")
    #expect(page.relaxedTo == .anyWord, "\(page.products.map(\.title).prefix(5))")
  }
}
