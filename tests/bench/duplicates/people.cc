#include "tests/bench/duplicates/people.h"

#include <array>

#include "libs/text/fold.h"

namespace vefa::bench {
namespace {

constexpr std::array kGiven{
    "Mehmet", "Mustafa", "Fatma", "Ayşe", "Ahmet", "Emine", "Ali", "Hatice", "Hüseyin", "Zeynep", "Hasan", "Elif", "İbrahim",
    "Meryem", "İsmail", "Şerife", "Osman", "Zehra", "Yusuf", "Sultan", "Murat", "Hanife", "Ömer", "Merve", "Ramazan", "Havva",
    "Halil", "Özlem", "Süleyman", "Esra", "Abdullah", "Fadime", "Mahmut", "Sevim", "Recep", "Hacer", "Salih", "Melek", "Fatih",
    "Yasemin", "Kadir", "Rabia", "Emre", "Kübra", "Hakan", "Songül", "Adem", "Dilek", "Kemal", "Büşra", "Yaşar", "Hülya",
    "Bekir", "Tuğba", "Musa", "Arzu", "Metin", "Gülsüm", "Orhan", "Leyla", "Burak", "Derya", "Furkan", "Seda", "Sedat", "Gamze",
    "Bayram", "Ebru", "Serkan", "Sibel", "Cemal", "Pınar", "Ferhat", "Işık", "Onur", "Irmak", "John", "Mary", "Anna", "Peter"};
constexpr std::array kFamily{
    "Yılmaz", "Kaya", "Demir", "Çelik", "Şahin", "Yıldız", "Yıldırım", "Öztürk", "Aydın", "Özdemir", "Arslan", "Doğan", "Kılıç",
    "Aslan", "Çetin", "Kara", "Koç", "Kurt", "Özkan", "Şimşek", "Polat", "Korkmaz", "Özcan", "Çakır", "Erdoğan", "Yavuz",
    "Can", "Acar", "Şen", "Aktaş", "Güler", "Yalçın", "Güneş", "Bozkurt", "Bulut", "Keskin", "Ünal", "Turan", "Gül", "Özer",
    "Işık", "Kaplan", "Avcı", "Sarı", "Tekin", "Taş", "Köse", "Yüksel", "Ateş", "Aksoy", "Bulut", "Coşkun", "Uçar", "Erdem",
    "Ceylan", "Çiftçi", "Karaca", "Deniz", "Uysal", "Akın", "Duman", "Sönmez", "Bayrak", "Ertürk", "Akbulut", "Toprak", "Soylu",
    "Kahraman", "Altun", "Kocaman", "Smith", "Brown", "Müller", "Schmidt", "Novak", "Papadopoulos", "Rossi", "Silva", "Jansen"};
constexpr std::array kDomains{"gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "yandex.com"};

std::string Folded(const std::string& text) {
  std::string kept;
  for (char c : text::FoldForSearch(text)) kept += c == ' ' ? '.' : c;
  return kept;
}

}  // namespace

size_t People::Skewed(size_t of) {
  std::exponential_distribution<double> early(4.0 / static_cast<double>(of));
  return static_cast<size_t>(early(random_)) % of;
}

std::string People::FreshEmail(const std::string& name) {
  std::string local = Pick(4) == 0 ? "u" + std::to_string(random_() % 100'000) : Folded(name);
  return local + std::to_string(++made_) + "@" + kDomains[Skewed(kDomains.size())];
}

std::string People::FreshPhone() {
  std::string number = "+905";
  for (int i = 0; i < 9; ++i) number += static_cast<char>('0' + Pick(10));
  return number;
}

// Two neighbours change places, or one is missing; not at the beginning, where people look.
std::string People::Mistyped(std::string text) {
  size_t at = 1 + Pick(text.size() - 2);
  if (Pick(2) == 0) {
    std::swap(text[at], text[at + 1]);
  } else {
    text.erase(at, 1);
  }
  return text;
}

Someone People::Next() {
  const std::string family = kFamily[Skewed(kFamily.size())];
  Someone someone{std::string(kGiven[Skewed(kGiven.size())]) + " " + family, "", ""};
  if (Pick(10) < 9) someone.email = FreshEmail(someone.name);
  if (Pick(10) < 7 || someone.email.empty()) someone.phone = FreshPhone();
  if (Pick(30) == 0 && !last_.phone.empty()) {
    someone.name = std::string(kGiven[Skewed(kGiven.size())]) + last_.name.substr(last_.name.find(' '));
    // A namesake in the same family is another matter: nobody could tell.
    if (someone.name != last_.name) someone.phone = last_.phone;
  }
  last_ = someone;
  return someone;
}

Someone People::Again(const Someone& known) {
  Someone again = known;
  std::string given = known.name.substr(0, known.name.find(' ')), family = known.name.substr(known.name.find(' ') + 1);
  size_t way = Pick(100);
  if (way < 15) again.name = Folded(given) + " " + Folded(family);
  else if (way < 30) again.name = family + " " + given;
  else if (way < 40) again.name = Folded(given).substr(0, 1) + ". " + family;
  else if (way < 52) again.name = given + " " + Mistyped(Folded(family));
  else if (way < 64) again.name = given + " " + kGiven[Pick(kGiven.size())] + " " + family;
  // What else she gives: the one or the other again, or both.
  if (way >= 64 && way < 76 && !known.email.empty()) {
    size_t at = known.email.find('@');
    again.email = known.email.substr(0, at) + "+shop" + known.email.substr(at);
    again.phone = "";
  } else if (way >= 76 && way < 88 && !known.phone.empty()) {
    again.email = FreshEmail(known.name);
  } else if (way >= 88 && way < 97 && !known.email.empty()) {
    again.email = Mistyped(known.email.substr(0, known.email.find('@'))) + known.email.substr(known.email.find('@'));
    if (known.phone.empty()) again.email = known.email;
  } else if (way >= 97) {
    again.email = FreshEmail(known.name);
    again.phone = known.phone.empty() || way == 99 ? "" : Mistyped(known.phone);
  }
  return again;
}

}  // namespace vefa::bench
