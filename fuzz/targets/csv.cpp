// Comma-separated values, and numbers as people write them.
#include <cmath>
#include <string>

#include "fuzz/target.h"
#include "pitlane/data/csv_reader.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  CsvReader reader(text(input));
  std::int64_t line = 0;
  for (CsvRow row; reader.next(row);) {
    PITLANE_CHECK(row.line > line);
    line = row.line;
    PITLANE_CHECK(row.problem.empty() != row.fields.empty());
    for (const std::string& field : row.fields) {
      const auto number = parse_number(field);
      PITLANE_CHECK(!number || std::isfinite(*number));
    }
  }
}

void add_seeds(Seeds& seeds) {
  seeds.add("header", "image_name,v,w\r\n0.png,6.5,-0.25\r\n1.png, +7 ,1e-3\r\n");
  seeds.add("quoted", "\xEF\xBB\xBF\"a,b\",\"say \"\"no\"\"\"\n\n x ,\"\", \n");
  seeds.add("open-quote", "a,\"b\nc,d\"e\n\"f\" g,h\n");
}

}  // namespace pitlane::fuzz
