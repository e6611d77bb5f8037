import Catalog
import JSON
import Pricing
import SearchService

extension SearchJSON {
  static func bytes(of suggestions: Suggestions) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("query", suggestions.text)
      writer.member("recent", suggestions.recent)
      writer.member("queries", suggestions.queries)
      writer.member("corrections", suggestions.corrections)
      writer.name("products")
      writer.array { writer in
        for product in suggestions.products {
          writer.object { writer in
            writer.member("id", product.id.description)
            writer.member("title", product.title)
            if let picture = product.pictureURL { writer.member("picture", picture) }
            if let quote = product.quote {
              writer.name("price")
              write(quote, &writer)
              writer.member("price_text", (product.isPriceFrom ? "from " : "") + quote.amount.displayText)
            }
          }
        }
      }
      writer.name("categories")
      writer.array { writer in
        for category in suggestions.categories {
          writer.object { writer in
            if let id = category.id { writer.member("id", id.description) }
            writer.member("slug", category.slug)
            writer.member("name", category.name)
            if let count = category.count { writer.member("count", count) }
          }
        }
      }
      writer.name("brands")
      writer.array { writer in
        for brand in suggestions.brands {
          writer.object { writer in
            writer.member("name", brand.name)
            if !brand.slug.isEmpty { writer.member("slug", brand.slug) }
            writer.member("count", brand.count)
          }
        }
      }
    }
    return writer.bytes
  }
}
