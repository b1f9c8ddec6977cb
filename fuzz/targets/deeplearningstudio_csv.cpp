// data.csv of DeepLearningStudio.
#include "fuzz/recordings.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  static const Scratch folder;
  [[maybe_unused]] static const bool once = (put_pictures(folder), true);
  folder.put("data.csv", input);
  open_and_check(folder, "deeplearningstudio");
}

void add_seeds(Seeds& seeds) {
  seeds.add("names.csv", "image_name,v,w\n0.png,7.5,0.25\n1.png,8,-1e-1\n2.png,6.5,0\n");
  seeds.add("numbers.csv", "v,w\r\n7,0\r\n8,1\r\n9,-1\r\n");
  seeds.add("times.csv", "\"timestamp\",v,w,image_name,session\n100,7,0,3.png,a\n150,7,1,4.png,a\n9000,8,1,5.png,b\n");
}

}  // namespace pitlane::fuzz
