// 1. Every route of the API is described, and every description has its route.
// 2. docs/reference/openapi.json is the document that the program has (`make docs` writes it).
// 3. Real answers of every operation, and problems, are as their schemas say: types, members, patterns; and a value
//    that is not is told apart.
// 4. Parameters that are described are taken; those that are not are refused.
import Edge
import HTTPServer
import JSON
import StorefrontAPI
import TestSupport
import Testing

@Suite struct OpenAPITests {
  @Test("1: routes and descriptions", .timeLimit(.minutes(5)))
  func routes() async throws {
    let shop = try await TestShop.shared.value
    let pages = [
      "/", "/search", "/c/{slug}", "/b/{slug}", "/facets/{code}", "/products/{id}", "/history", "/history/delete",
      "/favicon.ico", "/robots.txt",
    ]
    let routes = shop.routes.entries.filter { route in
      !pages.contains(route.pattern) && !route.pattern.hasPrefix("/console") && !route.pattern.hasPrefix("/assets/")
        && !route.pattern.hasPrefix("/pictures/")
    }
    let described = try #require(OpenAPI.document["paths"]?.object)
    #expect(Set(routes.map(\.pattern)) == Set(described.names))
    #expect(routes.count == described.members.reduce(0) { $0 + ($1.value.object?.names.count ?? 0) })
    for route in routes {
      let method = route.method.rawValue.lowercased()
      #expect(described[route.pattern]?[method]?["operationId"]?.string == route.route.name)
    }
    #expect(try await shop.json("/openapi.json") == OpenAPI.document)
  }

  @Test("2: the page of the reference")
  func reference() throws {
    let page = try TestShop.read(TestShop.root + "/docs/reference/openapi.json")
    #expect(try JSONValue(parsing: page) == OpenAPI.document, "run `make docs`")
    #expect(page == Array(OpenAPI.pretty.utf8), "run `make docs`")
  }

  @Test("3: answers are as described", .timeLimit(.minutes(5)))
  func answers() async throws {
    let shop = try await TestShop.shared.value
    let search = try await shop.json("/v1/search?q=dress&page_size=100")
    let ids = search["products"]?.array?.prefix(10).compactMap { $0["id"]?.string } ?? []
    #expect(ids.count == 10)
    var cases: [(target: String, status: String, path: String)] = [
      "?q=dress", "", "?q=zebra+unicorn+dress", "?q=red+drss", "?q=nothingatall",
      "?q=laptop&filter=brand:Aurelis&sort=price_desc",
      "?filter=colour:Red&filter=size:M", "?page=2&page_size=3", "?price_min=10&price_max=20.50", "?q=zebra",
    ].map { ("/v1/search" + $0, "200", "/v1/search") }
    cases += ["?q=red+dress&highlight=true", "?filter=screen_size:5..6", "?sort=newest&page_size=5"].map {
      ("/v1/search" + $0, "200", "/v1/search")
    }
    cases += ["dresses", "deals", "dresses?q=red&sort=price_asc"].map {
      ("/v1/categories/" + $0, "200", "/v1/categories/{slug}")
    }
    cases += ["brand", "colour?prefix=r", "colour?listing=category/dresses&limit=2&filter=colour:Nothing"].map {
      (
        "/v1/facets/\($0.replacing("?", with: "/values?"))" + ($0.contains("?") ? "" : "/values"), "200",
        "/v1/facets/{code}/values"
      )
    }
    cases += [
      ("/v1/brands/aurelis", "200", "/v1/brands/{slug}"), ("/v1/brands/nobody", "404", "/v1/brands/{slug}"),
      ("/v1/categories/nothing", "404", "/v1/categories/{slug}"),
      ("/v1/facets/nothing/values", "404", "/v1/facets/{code}/values"),
      ("/v1/facets/brand/values?page=2", "400", "/v1/facets/{code}/values"),
      ("/v1/search?cursor=x", "400", "/v1/search"),
    ]
    cases += ["?q=d", "?q=", "?q=HOSTILE", "?q=drss"].map { ("/v1/suggest" + $0, "200", "/v1/suggest") }
    cases += ids.map { ("/v1/products/\($0)", "200", "/v1/products/{id}") }
    cases += [
      ("/v1/categories", "200", "/v1/categories"), ("/readyz", "200", "/readyz"),
      ("/v1/search?page=0", "400", "/v1/search"), ("/v1/search?q=%FF", "400", "/v1/search"),
      ("/v1/suggest?x=1", "400", "/v1/suggest"), ("/v1/products/0", "404", "/v1/products/{id}"),
    ]
    let validator = SchemaValidator(document: OpenAPI.document)
    for (target, status, path) in cases {
      let answer = try await shop.client.get(target)
      #expect(String(answer.status) == status, "\(target)")
      let content = OpenAPI.document["paths"]?[path]?["get"]?["responses"]?[status]?["content"]?.object
      let type = try #require(content?.names.first)
      #expect(answer.headers["Content-Type"]?.hasPrefix(type) == true, "\(target)")
      let schema = try #require(content?[type]?["schema"])
      let problems = validator.problems(try JSONValue(parsing: answer.body), schema)
      #expect(problems.isEmpty, "\(target): \(problems.prefix(3))")
    }
  }

  @Test("3: the validator tells what is wrong")
  func validator() throws {
    let validator = SchemaValidator(document: OpenAPI.document)
    let price: JSONValue = ["$ref": "#/components/schemas/Price"]
    let right: JSONValue = ["amount": "1.00", "minor_units": 100, "currency": "GBP", "price_list": "retail"]
    #expect(validator.problems(right, price).isEmpty)
    for wrong: JSONValue in [
      ["amount": "1.00", "minor_units": 100, "currency": "GBP"],
      ["amount": "1.00", "minor_units": 1.5, "currency": "GBP", "price_list": "retail"],
      ["amount": "£1", "minor_units": 100, "currency": "GBP", "price_list": "retail"],
      ["amount": "1.00", "minor_units": 100, "currency": "GBP", "price_list": "retail", "more": 1], "1.00", nil,
    ] {
      #expect(!validator.problems(wrong, price).isEmpty, "\(wrong.text)")
    }
  }

  @Test("4: parameters", .timeLimit(.minutes(5)))
  func parameters() async throws {
    let shop = try await TestShop.shared.value
    let values = [
      "q": "dress", "filter": "colour:Red", "price_min": "1", "price_max": "2.50", "sort": "newest", "page": "1",
      "page_size": "5",
    ]
    for path in ["/v1/search", "/v1/suggest"] {
      let described = OpenAPI.document["paths"]?[path]?["get"]?["parameters"]?.array ?? []
      let names = described.compactMap { $0["name"]?.string }
      for name in values.keys.sorted() {
        let status = try await shop.client.get("\(path)?\(name)=\(values[name]!)").status
        #expect(status == (names.contains(name) ? 200 : 400), "\(path) \(name)")
      }
    }
    let sorts =
      OpenAPI.document.value(atPath: "paths")?["/v1/search"]?["get"]?["parameters"]?.array?
      .first { $0["name"] == "sort" }?["schema"]?["enum"]?.array ?? []
    #expect(sorts.count == 7)
    for sort in sorts { #expect(try await shop.client.get("/v1/search?sort=\(sort.string ?? "")").status == 200) }
  }
}
