"""Given names and family names that are common in many languages: a start for names that no cue introduces.

Above: `pii_names`. Below: nothing.
"""

GIVEN_NAMES = """
aaron abdul abdullah abigail abram achim adalbert adam adele adnan adrian adriana agata agnes agnieszka ahmad ahmed
aiden aiko aino aisha akira alan alana alba albert alberto albin alec alejandra alejandro aleksandr aleksandra aleksi
alena alessandra alessandro alessia alexander alexandra alexandre alexandros alexei alexis alfonso alfred alfredo ali
alice alicia alina alisa alison allan allison alma alyssa amalia amanda amber amelia amelie amina amir amit amy ana
anabel anastasia anders andre andrea andreas andrei andreja andres andrew andrzej anette angela angelica angelika
angelina angelo aniko anil anita anja anjali ann anna annabelle anne annette annie annika ansgar anthony antje antoine
anton antonella antonia antonio antti anya apolline april archie ariana arianna ariel arjun arlene armando arnaud arne
arnold artem arthur arturo arvid arvind asher ashley ashok asta astrid asuka athena attila aubrey audrey august
augusto aurelie aurora austin ava ayesha aylin ayumi balazs barbara barbora bartosz bastian beata beate beatrice
beatrix beatriz becky bela belinda ben benedict benedikt benjamin benoit berit bernadette bernard bernardo bernd
bernhard bertha bertil bertram beth bethany betty bianca bilal bill birgit birgitta bjarne bjorn blanca blanka bob
bogdan boris boyan bozena brad bradley brandon branko brenda brendan brent brian brianna bridget brigitte brittany
bruno bryan bryce caitlin caitlyn caleb calvin cameron camila camilla camille candice carina carl carla carlo carlos
carly carmen carol carole carolin carolina caroline carolyn carrie carsten casey cassandra catalina catarina caterina
catherine cathy cecile cecilia cedric celia celine cesar chad chandra chantal charlene charles charlie charlotte chase
chelsea cheng cheryl chiara chihiro chloe chris christa christian christiane christina christine christoph christophe
christopher chuck cindy claire clara clarissa clark claude claudia claudio claus clemens clement clementine clifford
clint clinton clive clyde cody colin colleen connor conor conrad constance constanze corey corinna corinne cornelia
craig cristian cristiano cristina crystal curtis cynthia cyril czeslaw dagmar dagny daisuke daisy dale dalia damian
damien damir dan dana daniel daniela daniele danielle danilo danny daphne daria dario dariusz darlene darren darryl
dave david davide dawid dawn dean debbie deborah debra deepak deirdre delia delphine denis denise dennis derek derrick
desmond diana diane diego dieter dietmar dilara dimitri dimitris dinesh dirk dmitri dmitry dolores dominic dominik
dominique don donald donna dora doreen doris dorota dorothea dorothee dorothy doug douglas dragan drew duncan dusan
dustin dwayne dylan ebba eberhard eddie edgar edith edmund eduard eduardo edward edwin eero eila eileen einar eino
eirik ekaterina elaine eleanor elena eleni eleonora eli elias elif elin elina elisa elisabeth elisabetta elise
elizabeth ella ellen ellie elliot elliott elmar elodie eloise elsa elsbeth elsie elvira emanuel emelie emil emile
emilia emilie emilio emily emma emmanuel emre enrico enrique enzo erhard eric erica erich erik erika erin ernest
ernesto ernst erwin espen esteban estelle ester esther ethan etienne eugen eugene eugenia eugenio eunice eva evan
evangelia eveline evelyn evgeny ewa fabian fabiana fabio fabrice fabrizio faith fatima fatma federica federico felicia
felicity felipe felix ferdinand ferenc fernanda fernando filip filippo finn fiona flora florence florian floris
frances francesca francesco francine francis francisca francisco franco francois francoise frank franz fred freddie
frederic frederick frederik fredrik frida frieda friedrich fritz gabor gabriel gabriela gabriele gabriella gabrielle
gail gareth garry gary gaspard gavin gemma gene genevieve geoff geoffrey georg george georges georgia georgina
georgios gerald geraldine gerard gerda gerhard gernot gertrud giacomo gianluca gianni gideon gilbert gilles gillian
gina ginevra giorgia giorgio giovanna giovanni gisela giselle gita giulia giuliano giuseppe gladys glen glenda glenn
gloria goran gordon grace graham grant grazyna greg gregor gregory greta gretchen grzegorz gudrun guido guillaume
guillermo gunnar gunther gustav gustavo guy gwen gyula hadley haley halina hamid hamza hana hanna hannah hanne
hannelore hannes hans harald hari haris harold harriet harry haruka haruto harvey hassan heather hector hedwig heidi
heike heikki heiko heinrich heinz helen helena helene helga helmut hendrik henning henri henrietta henriette henrik
henry herbert hermann hilary hilda hilde hildegard hiroshi holger holly hope horst howard hubert hugh hugo humberto
hunter hussein ian ibrahim ida ignacio igor ilaria ilona ilse imani imran ines inga ingeborg inger ingmar ingo ingrid
irena irene irina iris irma isaac isabel isabela isabell isabella isabelle isaiah isidora ismail ivan ivana ivo ivona
ivy iwona jack jackie jacob jacqueline jacques jade jaime jake jakob jakub james jamie jan jana jane janet janina
janine janka janos jared jarek jarmila jaroslav jasmin jasmine jason javier jay jean jeanette jeanne jeff jeffery
jeffrey jelena jenna jennifer jenny jens jeremy jerome jerry jerzy jesper jesse jessica jessie jesus jill jim jimmy
jin jiri jitka joan joana joanna joanne joao joaquin jodi jody joe joel joelle johan johann johanna johannes john
johnny jolanda jolanta jon jonas jonathan jordan jorg jorge jorgen jose josef josefina joseph josephine josh joshua
josie jouko joy joyce juan juana juanita judith judy juha juhani julcsa jules julia julian juliana juliane julie
julien juliet julieta juliette julio julius jun june jurgen justin justine justyna jutta kacper kai kaija kaitlyn
kalle kamal kamil kamila karel karen karim karin karina karl karla karol karolina karoline kasper kata katarina
katarzyna kate katelyn katerina katharina katherine kathleen kathrin kathryn kathy katie katja katri katrin katrina
katrine kay kayla kazuko keiko keith kelly kelsey ken kenji kenneth kenta kerstin kevin khadija khalid kiara kim
kimberly kinga kirsten kirsty kjell klara klaus knut konrad konstantin konstantinos kornelia krista kristen kristian
kristiina kristin kristina kristine kristof kristoffer krystyna krzysztof kumar kurt kyle kylie lana lance lara
larissa larry lars lasse laszlo laura lauren laurence laurent lauri laurie lea leah leandro leena leif leigh leila
lena lenka lennart leo leon leona leonard leonardo leonie leonor leopold leroy lesley leslie leticia levi lewis liam
lidia liisa lilian liliana lillian lily lin lina linda lindsay lindsey linnea linus lionel lisa lisbeth livia liz
lloyd logan lois lola lore loren lorena lorenzo loretta lori lorna lorraine lothar lotte louis louisa louise luc luca
lucas lucia luciana luciano lucie lucien lucille lucinda lucy ludmila ludovic ludwig luigi luis luisa luka lukas
lukasz luke luna lutz luz lydia lyle lynn maarten mabel mackenzie maddie madeleine madeline madison magda magdalena
maggie magnus mahmoud maja malcolm malgorzata malin mandy manfred manuel manuela mara marc marcel marcela marcella
marcelo marcia marcin marco marcos marcus marek margaret margarida margarita margit margot marguerite maria marian
mariana marianne mariano marie mariela marielle marija marika marilyn marina mario marion marisa marisol marit marjan
marjorie mark marko markus marlene marlies marlon marta martha martin martina martine mary maryam masako massimo mateo
mateusz mathias mathieu mathilde matias matilda mats matt matteo matthew matthias mattias maureen maurice mauricio
maurizio mauro max maxim maxime maximilian maxine may maya megan meghan mehdi mehmet mei melanie melinda melissa
melvin mercedes meredith merete merja merle mia micah michael michaela michal michel michela michele michelle mickael
miguel mihai mika mikael mike mikhail mikko miklos milan milena miles milica milos mina minna mira miranda mireille
miriam mirja miroslav misty mitchell mohamed mohammad mohammed moira molly mona monica monika monique morgan moritz
morten moses muhammad mustafa mykola myra myriam myrtle nadia nadine nadja naoki naomi natalia natalie natasha
nathalie nathan nathaniel neal neil nelly nelson nera nestor niall nicholas nick nicky nicodemus nicola nicolai
nicolas nicole niels nigel nikita nikola nikolai nikolaus nikos nils nina nisha noah noel noelle noemi nora norbert
norma norman nuno octavia odette odile ola olaf olav ole oleg olga oliver olivia olivier omar orlando oscar oskar
osman oswald otto ove owen pablo paige pal pamela paola paolo pascal patricia patricio patrick patrik patrizia patryk
patty paul paula paulina pauline paulo pavel pawel pearl pedro peggy pekka penelope per percy perry peter petr petra
petri petter phil philip philipp philippa philippe phillip phoebe phyllis pia piero pierre pieter pietro pilar piotr
polly polona priscilla priya rachel radek radka rafael rafal raffaele rahul raimund rainer raisa raj rajesh ralf ralph
ramesh ramon ramona randall randy raphael raquel rasmus raul ravi ray raymond rebecca rebeka rebekka reem reggie
regina reginald reiner reinhard renata renate renato rene renee reza rhonda ricardo riccardo richard rick ricky riikka
rikke rita rob robert roberta roberto robin rocio roderick rodney rodolfo rodrigo roger roland rolando rolf romain
roman romina ron ronald ronja ronnie rosa rosalie rosanna rosario rose roselyn rosemarie rosemary rosie ross roswitha
roxanne roy ruben rudolf rudy rufus rupert russell ruth ryan sabina sabine sabrina sadie said sakura salim sally
salman salvador salvatore sam samantha samir samira sammy samuel sandeep sandra sandrine sandro sandy sanjay sanna
santiago sara sarah sari sascha sasha satu saul savannah scott sean sebastian sebastien selena selina selma serena
serge sergei sergey sergio seth shane shannon sharon shaun shawn sheila shelby shelly sheri sherry shirley siegfried
sieglinde sierra sigrid silas silje silke silvana silvia silvio simon simona simone sina sinead siobhan slavko sofia
sofie solveig sonia sonja sonya sophia sophie soren spencer stacey stacy stan stanislav stanislaw stefan stefania
stefanie stefano steffen stelios stella sten stephan stephane stephanie stephen steve steven stig stuart sue suleiman
sumit sunil suresh susan susana susanna susanne susie suzanne suzuki sven svenja svetlana sybille sylvain sylvia
sylvie szymon tabea tadeusz takashi takumi tamara tammy tania tanja tanya tara tariq tarja tatiana tatjana taylor ted
teemu terence teresa terry tessa thea theo theodor theodore theresa therese thierry thomas thorsten tibor tiffany
tilly tim timo timothy tina tobias todd tom tomas tomasz tommaso tommy tomoko tomomi toni tony torben tore torsten
tracey tracy travis trevor tricia trina tristan troels trond troy tuomas tyler ugo ulla ulrich ulrik ulrike umberto
ursula usha uta ute uwe vaclav valentin valentina valeria valerie vanessa vasily vera verena vernon veronica veronika
veronique vibeke vicente vicki vicky victor victoria vidar vijay viktor viktoria vilhelm vilma vincent vincenzo viola
virginia virginie vito vittoria vittorio vivian viviana viviane vivien vladimir vlado volker waldemar wallace walter
wanda warren wayne wendy werner weronika wesley wilbur wilfred wilhelm will willem william willie wilma winfried
winifred winston wojciech wolfgang xavier ximena yan yannick yannis yasmin yasmine yasuko yolanda yosef yuki yuri
yusuf yvan yves yvette yvonne zachary zahra zane zara zdenek zlatan zoe zofia zoltan zsofia zuzana
"""
ALSO_WORDS = """
amber angel april art august austin autumn bill bob brook carol chance chase chip christian clay cliff colin daisy
dale dawn dean destiny don drew earl eve faith florence frank gene georgia ginger glen grace grant guy harmony heath
holly hope hunter iris ivy jack jade jasmine jean jersey joy june lance lane larry london luna mark marina max may
mercedes miles mini morgan nick norman olive page pal paris patience pearl penny per pierce queen randy ray regina
rich rob robin roman rose ross rusty said salt sam sandy savannah sierra sky sole sue summer ted tiffany trinity tyler
victor victoria viola violet virginia ward warren will willow wade troy lin pat bud rod jan mai augusto marc claude
alba rio cameron madison jackson jin jun kay lea mina mira sina tara tore uta ola lore dan
"""
"""Names that are words or places, too: alone they say nothing."""
FAMILY_NAMES = """
adams aguilar ahmed alexander ali allen almeida alvarez alves andersen anderson andersson andreassen arnold bailey
baker barnes bauer baumann becker bell bennett berg bergman bernard bernardi bianchi bjork black bonnet boucher bowman
boyd bradley brooks brown bruno bryant burns butler byrne campbell campos cardoso carlson carpenter carter carvalho
castillo castro chan chang chavez chen clark clarke cohen cole coleman collins colombo conti cook cooper costa cox
cruz cunningham dahl daniels davies davis delgado diaz dietrich dixon dubois duncan dupont duran edwards eklund
elliott ellis esposito evans ferguson fernandes fernandez ferrari ferreira fischer fisher fleming fontaine ford foster
fournier fox frank franke freeman friedrich fuchs gallagher garcia gardner gibson gomes gomez gonzales gonzalez gordon
graham grant gray greco green griffin gruber gupta gustafsson gutierrez guzman haas hahn hall hamilton hansen hansson
harris harrison hart hartmann harvey hayes henderson henry hernandez herrera hicks hill hodge hofer hoffman hoffmann
holm howard huang huber hudson hughes hunt hussain ivanov ivanova jackson jacobs jacobsen jain james jansen janssen
jansson jenkins jensen jimenez johansen johansson johnson johnston jones jonsson jordan jorgensen joshi jung kaiser
kaminski kaur keller kelly kennedy khan kim klein knight koch kohler kowalski kraus krause kruger kumar lambert lang
lange larsen larsson laurent lawrence leclerc lee lefebvre lehmann leroy lewis li lim lin lindberg lindgren liu long
lopez lorenz lorenzo ludwig lund madsen maier marino marquez marshall martin martinez martins mason mayer mccarthy
mcdonald medina mehta meier melo mendes mendez mendoza mercier meyer michel miller mills mitchell moller molnar
monteiro moore morales moreau moreira moreno moretti morgan morris morrison mueller muller munoz murphy murray myers
nagy nakamura navarro nelson neumann nguyen nielsen nilsen nilsson nowak nunes nunez obrien oconnor oliveira olsen
olson olsson oneal oneill ortega ortiz owens palmer park parker patel patterson pedersen pereira perez perrin perry
persson peters petersen peterson petersson petit petrov petrova phillips pinto pohl popescu powell price quinn ramirez
ramos reed reid reis reyes reynolds ribeiro ricci rice richards richardson richter rivera roberts robertson robinson
rocha rodrigues rodriguez rogers romano romero rosario ross rossi roth rousseau roux ruiz russell russo ryan salazar
sanchez sanders sandoval santana santos sato sauer schafer scherer schmid schmidt schmitt schmitz schneider scholz
schreiber schroder schubert schulz schulze schumacher schuster schwarz scott seidel shah sharma shaw silva simmons
simon simpson singh smith soto sousa souza spencer stein steiner stevens stewart stone suarez sullivan suzuki svensson
szabo takahashi tanaka taylor teixeira thomas thompson thomsen torres toth tran turner vargas vasquez vazquez vega
vogel vogt wagner walker wallace wang ward watanabe watson weaver webb weber weiss wells werner west white williams
williamson willis wilson winkler winter wolf wolff wong wood woods wright wu yamamoto yang yilmaz young zhang zhao
ziegler zimmermann
"""
FAMILY_ALSO_WORDS = """
baker barnes bell berg black boyd brooks brown burns butler carpenter chan cole cook cooper day fisher ford foster fox
frank gardner gold grant gray green hall hart hayes hicks hill hunt hunter king kim knight lane lange lee li lim lin
long lund marino marshall martin mason mayer mills moore page park parker petit porter power price reed reid rice rose
ross stone vogel ward webb wells west white wolf wood woods young major banks fields summers winter love best may
klein lang stein roth kaiser koch conti costa cruz santos romero medina mercier marin rocha pinto melo lambert leroy
"""
"""Family names that are words or places, too."""
