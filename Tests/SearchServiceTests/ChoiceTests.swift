// Over Postgres and the embedded engine:
// 1. Sizes stand in the order of sizes, whatever their counts: the demo's dresses, and values of other shops.
// 2. A variant filter with stock:yes asks for one variant that has all of it and can be bought.
// 3. The count of an option's value is what its choice finds, whatever other options and stock are chosen (all values of
//    random choices over the demo catalog, seed printed).
// 5. Where options are chosen, the order by price is of the variants that have them, over all pages, by number and by cursor.
// 4. A text value that looks like a range is a value: its count is what its choice gives, alone and with others.
import Catalog
import PostgresClient
import PostgresStore
import Pricing
import SearchService
import TestSupport
import Testing

@Suite struct ChoiceTests {
  private func values(_ page: SearchPage, _ code: String) -> [String] {
    page.facets.first { $0.code == code }?.values.map(\.value) ?? []
  }

  @Test("1: the demo's dresses", .timeLimit(.minutes(5)))
  func dresses() async throws {
    let shop = try await ImportedShop([])
    let page = try await shop.service.search(SearchInput(text: "dress"))
    #expect(
      values(page, "size") == ["8", "10", "12", "14", "16", "18"], "and of nothing that only names dresses in its text")
  }

  @Test(
    "1: sizes of other shops", .timeLimit(.minutes(5)),
    arguments: [
      ["XS", "S", "M", "L", "XL", "2XL", "3XL"], ["UK 6", "UK 8", "UK 10"],
      ["3-6 months", "6-9 months", "12-18 months"],
      ["28W 30L", "28W 32L", "30W 30L"], ["Small", "Medium", "Large", "Extra Large"], ["90x200", "140x200", "180x200"],
      ["5.5", "6", "6.5", "10"], ["64 GB", "128 GB", "1 TB"], ["M", "L", "One Size"],
    ])
  func sizes(_ sizes: [String]) async throws {
    // The last has the most products: by count it would stand first.
    var sheet = "sku,code,title,option.size,price,currency,stock\n"
    for (index, size) in sizes.enumerated() {
      for copy in 0...index { sheet += "S\(index)-\(copy),P\(index)-\(copy),Garment \(copy),\(size),5.00,GBP,1\n" }
    }
    let shop = try await ImportedShop([sheet], withDemo: false)
    try await shop.makeFacets()
    let page = try await shop.service.search(SearchInput(text: "garment"))
    #expect(values(page, "size") == sizes)
  }

  private static let variants = """
    sku,code,title,option.colour,option.size,price,currency,stock
    A-1,A,Red M is gone shirt,Red,M,10.00,GBP,0
    A-2,A,Red M is gone shirt,Red,L,10.00,GBP,5
    A-3,A,Red M is gone shirt,Blue,M,10.00,GBP,5
    B-1,B,Red M is there shirt,Red,M,12.00,GBP,3
    B-2,B,Red M is there shirt,Blue,S,12.00,GBP,0
    C-1,C,Blue shirt,Blue,L,9.00,GBP,1

    """

  @Test("2: one variant that can be bought", .timeLimit(.minutes(5)))
  func buyable() async throws {
    let shop = try await ImportedShop([Self.variants], withDemo: false)
    try await shop.makeFacets()
    func codes(_ filters: String...) async throws -> [String] {
      try await shop.service.search(try SearchInput(parameters: [("q", "shirt")] + filters.map { ("filter", $0) }))
        .products.map(\.code).sorted()
    }
    #expect(try await codes("colour:Red", "size:M") == ["A", "B"])
    #expect(try await codes("colour:Red", "size:M", "stock:yes") == ["B"])
    #expect(try await codes("colour:Blue", "stock:yes") == ["A", "C"])
    #expect(try await codes("size:S", "stock:yes") == [])
    #expect(try await codes("size:M", "stock:yes") == ["A", "B"])
  }

  @Test("3: counts of options together", .timeLimit(.minutes(10)))
  func together() async throws {
    let shop = try await ImportedShop([Self.variants])
    try await shop.makeFacets()
    let seed = UInt64.random(in: .min ... .max)
    print("ChoiceTests.together seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var counted = 0
    for text in ["shirt", "dress", "trainers"] {
      for _ in 0..<6 {
        var input = SearchInput(text: text, pageSize: 100)
        let first = try await shop.service.search(input)
        let options = first.facets.filter { ["colour", "size", "shoe_size"].contains($0.code) && $0.spread == nil }
        for facet in options.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random)) {
          input.filters.append(
            .attribute(code: facet.code, values: [facet.values.randomElement(using: &random)!.value]))
        }
        if Bool.random(using: &random) { input.filters.append(.inStock) }
        let page = try await shop.service.search(input)
        for facet in page.facets where ["colour", "size", "shoe_size"].contains(facet.code) && facet.spread == nil {
          for value in facet.values {
            var chosen = input
            chosen.filters.removeAll { $0.facetCode == facet.code }
            chosen.filters.append(.attribute(code: facet.code, values: [value.value]))
            let total = try await shop.service.search(chosen).total.value
            #expect(total == value.count, "\(text) \(input.filters) \(facet.code):\(value.value), seed \(seed)")
            counted += 1
          }
        }
      }
    }
    #expect(counted > 50)
  }

  @Test("5: the order by price", .timeLimit(.minutes(5)))
  func priceOrder() async throws {
    var sheet = "sku,code,title,option.colour,option.size,price,currency,stock\n"
    // The red M of product n costs 10 + 7n modulo 11; its blue S is cheap in another order.
    for number in 0..<11 {
      sheet += "P\(number)-1,P\(number),Linen shirt \(number),Red,M,\(10 + 7 * number % 11).00,GBP,1\n"
      sheet += "P\(number)-2,P\(number),Linen shirt \(number),Blue,S,\(1 + 3 * number % 11).00,GBP,1\n"
    }
    let shop = try await ImportedShop([sheet], withDemo: false)
    try await shop.makeFacets()
    for (sort, isAscending) in [("price_asc", true), ("price_desc", false)] {
      let asked = [("q", "linen shirt"), ("filter", "colour:Red"), ("sort", sort), ("page_size", "4")]
      var numbered: [Int64] = []
      for page in 1...3 {
        let input = try SearchInput(parameters: asked + [("page", String(page))])
        numbered += try await shop.service.search(input).products.compactMap { $0.quote?.amount.minorUnits }
      }
      let expected = (10...20).map { Int64($0 * 100) }
      #expect(numbered == (isAscending ? expected : expected.reversed()), "\(sort)")
      var followed: [Int64] = []
      var page = try await shop.service.search(try SearchInput(parameters: asked))
      while true {
        followed += page.products.compactMap { $0.quote?.amount.minorUnits }
        guard let cursor = page.nextCursor, followed.count < 20 else { break }
        page = try await shop.service.search(try SearchInput(parameters: [("cursor", cursor)], signer: TestShop.signer))
      }
      #expect(followed == numbered, "\(sort)")
    }
  }

  private static let ranges = """
    sku,title,attribute.span,price,currency,stock
    R1,Beginner ski wax,2..5,5.00,GBP,1
    R2,Racing ski wax,2..5,5.00,GBP,1
    R3,Old ski wax,6..9,5.00,GBP,1
    R4,Plain ski wax,3,5.00,GBP,1

    """

  @Test("4: a value that looks like a range", .timeLimit(.minutes(5)))
  func rangeLike() async throws {
    let shop = try await ImportedShop([Self.ranges], withDemo: false)
    try await shop.makeFacets()
    let plain = try await shop.service.search(SearchInput(text: "ski wax"))
    let facet = try #require(plain.facets.first { $0.code == "span" })
    #expect(Set(facet.values.map(\.value)) == ["2..5", "6..9", "3"])
    for value in facet.values {
      let chosen = plain.input.toggling("span", value.value, currency: .gbp)
      let page = try await shop.service.search(
        try SearchInput(parameters: chosen.parameters(currency: .gbp)))
      #expect(page.total.value == value.count, "\(value.value)")
      #expect(page.facets.first { $0.code == "span" }?.values.filter(\.isSelected).map(\.value) == [value.value])
      #expect(page.input.toggling("span", value.value, currency: .gbp).filters.isEmpty, "taken back")
    }
    let two = try SearchInput(parameters: [("q", "ski wax"), ("filter", "span:2..5"), ("filter", "span:6..9")])
    #expect(try await shop.service.search(two).total.value == 3)
  }
}

extension ImportedShop {
  /// Makes each attribute of the sheets a facet, as a merchant does in the catalog.
  fileprivate func makeFacets() async throws {
    _ = try await pool.execute("UPDATE catalog.attribute SET is_facet = true")
    try await index()
  }
}
