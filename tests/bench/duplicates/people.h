#pragma once

#include <random>
#include <string>
#include <vector>

namespace vefa::bench {

struct Someone {
  std::string name, email, phone;
};

// A population in which a few given and family names are very common, as they are: namesakes by the thousand, families that
// share a number, addresses with or without a name in them. The same seed makes the same people.
class People {
 public:
  explicit People(unsigned seed) : random_(seed) {}

  // Somebody new; one in thirty shares the number of the one before, and her family name.
  Someone Next();
  // The same person, written down another time: one of ten ways, each as likely. Two of them leave nothing to look for her
  // by: a number mistyped beside another address, and neither number nor address.
  Someone Again(const Someone& known);

 private:
  size_t Pick(size_t of) { return random_() % of; }
  // Of so many the first are the likelier ones.
  size_t Skewed(size_t of);
  std::string FreshEmail(const std::string& name);
  std::string FreshPhone();
  std::string Mistyped(std::string text);

  std::mt19937 random_;
  int made_ = 0;
  Someone last_;
};

}  // namespace vefa::bench
