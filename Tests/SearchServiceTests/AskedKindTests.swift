// Over the demo's products and a fishing shop's sheet, inputs of each kind that were made up before the mending:
// 1. Price words sort within the thing: nothing else stands among the first, however cheap. A synonym that this shop uses
//    for another thing does not stand before the thing itself.
// 2. A compound with one letter is another thing than its last part: a T-shirt is not a shirt, and the other way.
// 3. A size that none of the things comes in is said to be absent, and the things are shown; one that they come in, in
//    whichever system it is written, is a filter.
// 4. Counts joined by a hyphen, codes written apart and irregular plurals are found however the title writes them.
// 5. Where nothing but a number is left of a query, nothing is claimed of other things; a thing that is only mentioned in
//    another product's summary is not that product.
// 6. Of two nouns the last is the thing, and where it belongs to the first, the first does not stand before it.
import Catalog
import Pricing
import SearchService
import Testing
import Understanding

@Suite struct AskedKindTests {
  private static let shop = Task {
    try await ImportedShop([
      """
      sku,title,brand,categories,price,currency,stock,option.size
      AK-1,Rod Bag Padded,,Fishing > Luggage,25.00,GBP,5,
      AK-2,Carp Rod 12 ft,,Fishing > Rods,60.00,GBP,5,
      AK-3,Spinning Rod 7 ft,,Fishing > Rods,40.00,GBP,5,
      AK-4,Feeder Rod 11 ft,,Fishing > Rods,45.00,GBP,5,
      AK-5,Match Rod 13 ft,,Fishing > Rods,55.00,GBP,5,
      AK-6,Children's Fishing Set,,Fishing > Sets,20.00,GBP,5,
      AK-7,Caster Reel ABX6500C,,Fishing > Reels,80.00,GBP,5,
      AK-8,Wader Boots Felt,,Fishing > Boots,90.00,GBP,5,UK 9
      AK-9,Wader Boots Stud,,Fishing > Boots,95.00,GBP,5,UK 10
      AK-10,Men's Black Casual Shirt,,Men > Shirts,35.00,GBP,5,
      AK-11,Men's Black Formal Shirt,,Men > Shirts,38.00,GBP,5,
      AK-13,Wader Boots Cleat,,Fishing > Boots,92.00,GBP,5,UK 9
      AK-14,Wader Boots Grip,,Fishing > Boots,99.00,GBP,5,UK 10
      AK-12,Reel Pouch Soft,,Fishing > Luggage,9.00,GBP,5,

      """
    ])
  }

  private func page(_ text: String) async throws -> SearchPage {
    try await Self.shop.value.service.search(SearchInput(text: text))
  }

  private func titles(_ text: String) async throws -> [String] { try await page(text).products.map(\.title) }

  @Test(
    "1: price words", .timeLimit(.minutes(5)),
    arguments: [
      ("cheap laptop", "Laptop", ["Sleeve", "Bag", "Backpack", "Notebook"]),
      ("cheapest laptop", "Laptop", ["Sleeve", "Bag", "Backpack", "Notebook"]),
      ("cheap phone", "hone", ["Charger", "Controller", "Hoodie"]),
      ("inexpensive smartphone", "Smartphone", ["Charger"]), ("budget printer", "Printer", ["Paper", "Ink"]),
      ("cheap camera", "Camera", ["Bag", "Strap"]), ("cheap rod", "Rod", ["Bag"]),
    ])
  func priceWords(_ text: String, _ word: String, _ never: [String]) async throws {
    let first = try await titles(text).prefix(3)
    #expect(first.count == 3 && first.allSatisfy { $0.contains(word) }, "\(text): \(first)")
    #expect(!first.contains { title in never.contains { title.contains($0) } }, "\(text): \(first)")
  }

  @Test("1: within the thing, what costs less stands first", .timeLimit(.minutes(5)))
  func cheapestFirst() async throws {
    for text in ["cheap laptop", "cheap smartphone", "cheap rod"] {
      let prices = try await page(text).products.prefix(3).compactMap { $0.quote?.amount.minorUnits }
      let plain = try await page(String(text.dropFirst(6))).products.prefix(3).compactMap {
        $0.quote?.amount.minorUnits
      }
      #expect(prices.reduce(0, +) <= plain.reduce(0, +), "\(text): \(prices), \(plain)")
    }
  }

  @Test(
    "1: a synonym of another thing", .timeLimit(.minutes(5)),
    arguments: ["laptop", "laptops", "laptops under £1,000", "laptop less than 500"])
  func synonyms(_ text: String) async throws {
    let found = try await titles(text)
    let laptops = found.prefix { $0.contains("Laptop") && !$0.contains("Sleeve") && !$0.contains("Bag") }
    #expect(laptops.count >= 2, "\(text): \(found.prefix(5))")
    #expect(found.firstIndex { $0.contains("Linen Notebook") } ?? 99 >= laptops.count, "\(text): \(found.prefix(5))")
  }

  @Test(
    "2: compounds", .timeLimit(.minutes(5)),
    arguments: [
      ("men black shirt", "Black", " Shirt"), ("mens black shirts", "Black", " Shirt"),
      ("black shirt for men", "Black", " Shirt"), ("formal shirt", "Formal", " Shirt"),
      ("black t-shirt", "T-Shirt", "T-Shirt"), ("t shirt", "T-Shirt", "T-Shirt"), ("tshirt", "T-Shirt", "T-Shirt"),
      ("cotton tee", "T-Shirt", "T-Shirt"),
    ])
  func compounds(_ text: String, _ one: String, _ other: String) async throws {
    let first = try await titles(text).prefix(1)
    #expect(first.allSatisfy { $0.contains(one) && $0.contains(other) } && !first.isEmpty, "\(text): \(first)")
  }

  @Test(
    "3: sizes that there are not", .timeLimit(.minutes(5)),
    arguments: [("dress size M", "Dress"), ("size XL dress", "Dress"), ("wader boots size 14", "Boots")])
  func absentSizes(_ text: String, _ word: String) async throws {
    let page = try await page(text)
    #expect(page.products.count > 1 && page.products.prefix(2).allSatisfy { $0.title.contains(word) }, "\(text)")
    #expect(page.plan.absent.contains { $0.contains("size") }, "\(text): \(page.plan.absent)")
  }

  @Test(
    "3: sizes in any system", .timeLimit(.minutes(5)),
    arguments: ["wader boots 9", "wader boots uk 9", "wader boots uk9", "wader boots size 9", "wader boots UK size 9"])
  func sizes(_ text: String) async throws {
    let page = try await page(text)
    #expect(page.products.contains { $0.title == "Wader Boots Felt" } && page.plan.absent.isEmpty, "\(text)")
    #expect(!page.products.contains { $0.title == "Wader Boots Stud" }, "\(text): \(page.products.map(\.title))")
  }

  @Test(
    "4: ways of writing", .timeLimit(.minutes(5)),
    arguments: [
      ("4-slice toaster", "Four-Slice"), ("4 slice toaster", "Four-Slice"), ("two-slice toaster", "Two-Slice"),
      ("2-slice toaster", "Two-Slice"), ("child's fishing set", "Children's Fishing Set"),
      ("children's fishing set", "Children's Fishing Set"), ("childs fishing set", "Children's Fishing Set"),
      ("ABX 6500 C", "ABX6500C"), ("abx 6500c reel", "ABX6500C"), ("reel abx 6500 c", "ABX6500C"),
    ])
  func writing(_ text: String, _ word: String) async throws {
    let first = try await titles(text).first
    #expect(first?.contains(word) == true, "\(text): \(first ?? "nothing")")
  }

  @Test("5: only a number is left", .timeLimit(.minutes(5)))
  func numbers() async throws {
    for text in ["zorblax 15", "zorblax 5", "qwertophone 12"] {
      let page = try await page(text)
      #expect(page.plan.absent.isEmpty || page.products.isEmpty, "\(text): \(page.products.prefix(3).map(\.title))")
    }
    let phones = try await titles("iphone").prefix(3)
    #expect(phones.count == 3 && phones.allSatisfy { $0.contains("Smartphone") }, "\(phones)")
    for text in ["iphone 15", "iphone 14", "iphone 13"] {
      let first = try await titles(text).first
      #expect(first?.contains("Smartphone") == true, "\(text): \(first ?? "nothing")")
    }
    let consoles = try await titles("playstation 5").first
    #expect(consoles?.contains("Console") == true, "\(consoles ?? "")")
  }

  @Test("5: only mentioned", .timeLimit(.minutes(5)))
  func mentioned() async throws {
    for text in ["vase", "vases"] {
      let found = try await titles(text)
      #expect(found.count >= 2 && found.allSatisfy { $0.contains("Vase") }, "\(text): \(found)")
    }
  }

  @Test(
    "6: the last noun", .timeLimit(.minutes(5)),
    arguments: [
      ("rod bag", "Bag", "Rod "), ("bag for rods", "Bag", "Rod "), ("printer paper", "Paper", "Printer"),
      ("reel pouch", "Pouch", "Caster"), ("mobile phone case", "Case", "phone"),
    ])
  func lastNoun(_ text: String, _ word: String, _ other: String) async throws {
    let found = try await titles(text)
    let place = found.firstIndex { $0.contains(word) } ?? 99
    #expect(place == 0, "\(text): \(found.prefix(5))")
  }

  @Test("6: similar ones stay in the department", .timeLimit(.minutes(5)))
  func similar() async throws {
    for text in ["carp rod 12 ft", "12' carp rod 3.25lb", "feeder rod"] {
      let found = try await titles(text)
      #expect(found.count >= 4 && found.prefix(4).allSatisfy { $0.contains("Rod") }, "\(text): \(found.prefix(5))")
    }
  }
}
