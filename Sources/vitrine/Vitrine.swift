@main
struct Vitrine {
  static func main() async {
    print("vitrine")
  }
}
