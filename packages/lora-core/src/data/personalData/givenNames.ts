/**
 * Common given names of several languages, in lower case and written as people write them. Left out are names that are words, months, cities or
 * brands as often (Grace, Mark, Will, June, Florence, Austin, Siri): a name is only as good as the text it is found in.
 */
const LISTS = [
  // English
  "james john robert michael david william richard joseph thomas charles christopher daniel matthew anthony donald steven paul andrew",
  "joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin",
  "scott brandon benjamin samuel gregory alexander patrick raymond dennis jerry tyler aaron jose henry adam douglas nathan peter",
  "zachary kyle walter harold jeremy ethan carl keith roger gerald christian sean arthur lawrence noah dylan liam oliver oscar leo",
  "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa betty margaret sandra ashley kimberly emily donna",
  "michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia kathleen amy angela shirley anna brenda pamela emma",
  "nicole helen samantha katherine christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia joyce",
  "kelly lauren christina joan evelyn judith andrea hannah jacqueline megan cheryl teresa gloria sara janice ann alice doris abigail",
  "julia charlotte sophia isabella amelia ava mia chloe ella zoe lucy eleanor molly fiona alison claire beatrice nora",
  // German, Dutch, Nordic
  "hans heinz klaus jürgen wolfgang dieter manfred uwe günter horst bernd helmut stefan andreas matthias markus tobias florian lukas felix jonas",
  "maximilian leon finn niklas jan johannes heinrich friedrich karl otto ulrich rainer gerhard ursula monika petra sabine gabriele renate",
  "karin brigitte ingrid heike susanne claudia birgit katharina lena lea johanna marie sophie greta frieda anke silke jutta ute anneliese",
  "pieter willem cornelis johan daan sem lotte sanne femke anouk lars erik anders björn sven nils magnus olof astrid freja ingeborg sigrid",
  "mikkel søren rasmus kirsten mette jukka matti pekka juhani tuomas aino eeva päivi",
  // French
  "jean pierre michel françois philippe alain nicolas jacques laurent olivier thierry christophe stéphane frédéric sébastien antoine guillaume",
  "thibault mathieu julien rémi lucas hugo étienne benoît yves nathalie isabelle sylvie catherine véronique céline aurélie camille manon",
  "chloé élodie amélie émilie mathilde margaux françoise monique jeanne hélène brigitte léa inès",
  // Spanish, Portuguese, Italian
  "antonio josé manuel francisco juan javier carlos miguel alejandro rafael pedro ángel sergio fernando jorge luis alberto álvaro diego adrián",
  "pablo raúl enrique ramón vicente ignacio andrés joaquín carmen josefa isabel dolores pilar cristina marta lucía ana elena raquel",
  "silvia sofía beatriz rocío mercedes guadalupe ximena valentina camila joão pedro tiago rui nuno luís paulo marcos rodrigo gabriela",
  "fernanda juliana mariana letícia giuseppe giovanni francesco luigi mario roberto marco andrea stefano alessandro matteo lorenzo davide",
  "giulia chiara francesca federica alessia giorgia paola simona valeria rosa angela lucia",
  // Slavic, Greek, Turkish
  "piotr krzysztof andrzej tomasz paweł michał marcin jakub wojciech grzegorz katarzyna małgorzata agnieszka magdalena joanna ewa zofia",
  "ivan sergei dmitri alexei nikolai vladimir mikhail andrei olga natalia tatiana svetlana irina yulia ekaterina petr jiří jana lenka milan",
  "dragan zoran nikola jovana marija иван сергей дмитрий алексей николай владимир михаил андрей александр анна мария елена ольга наталья",
  "татьяна ирина светлана юлия екатерина giorgos nikos dimitris kostas eleni katerina mehmet mustafa ahmet emre fatma ayşe zeynep elif",
  // Arabic, Persian, Hindi, African
  "mohammed muhammad mohamed ahmed ali omar hassan hussein ibrahim youssef khalid abdullah fatima aisha khadija zainab layla noor mariam",
  "reza hossein mehdi zahra rajesh suresh ramesh amit rahul sanjay vijay anil arjun rohan priya anjali pooja neha kavita sunita lakshmi deepa",
  "kwame kofi chinedu emeka ngozi amina oluwaseun thabo sipho",
  // East Asian, in Latin letters
  "hiroshi takashi kenji yuki haruto sakura yoko akiko keiko naoko wei jing xiaoming jian minh nguyen linh thanh jihoon minjun seoyeon jiwoo",
] as const;

export const GIVEN_NAMES: ReadonlySet<string> = new Set(LISTS.flatMap((list) => list.split(" ")));

/** What follows a given name where it is the name of a place, an institution or a thing. */
export const NOT_SURNAMES: ReadonlySet<string> = new Set(
  [
    "hospital hospitals university college school institute institution clinic center centre foundation society prize award",
    "street road avenue boulevard square airport station river lake bay island islands county city town park bridge beach",
    "syndrome disease disorder sign test score scale classification method criteria index procedure operation technique",
    "medical memorial cancer research group study trial and or the in of for is was has had with january february march april may june july",
    "august september october november december monday tuesday wednesday thursday friday saturday sunday error warning info",
    "ii iii iv arbor emerg surg med",
  ].flatMap((list) => list.split(" ")),
);
