"""Words of English support texts, sorted by how much they say about what is asked. Data only.

Above: `offline_words`. Below: nothing.
"""

STOP = """
a about above actually after again aint all already also am an and any anymore are arent around as at be because
been before being below between both but by came can cannot cant come comes could couldnt did didnt do does doesnt
doing dont dosnt down during each else etc ever for from further get gets getting go goes going gonna got had hadnt
happen happened happens has hasnt have havent having he hed hello her here hers hes hey hi him his how hows i id if
ill im in instead into is isnt it its itself ive just know let lets ll long many may me might mine more most much
must mustnt my myself neednt no nor not of off often ok okay on once one ones only or other our ours ourselves out
over own per please pls plz quickly re really same shall she shed shes should shouldnt so some still such tell than
thank thanks that thats the their theirs them then there theres these they theyre this those through til till to too
u under until up ur us ve very via vs wanna want wanted wants was wasnt we wed were werent weve what whatever whats
when where wheres whether which while who whom whose why will with wont would wouldnt yes yet you youd youll your
youre yours yourself youve
"""
"""Words that carry no content."""

GENERIC = """
able accidentally afternoon ago allow allowed always amount another anybody anyone anything apply ask aunt autumn
available away back bad believe best better big bigger biggest bit boss bought boy boyfriend bring brother buy
buying call called case certain change check child choose colleague companies company compared correct cost costs
current currently customer customers dad daughter day days deal different early easy eight eleven enough entire
especially even evening every everything exactly example expect explain fact family far fast father fee feel few
find first five follow four free friend friends full general girl girlfriend give given good great guy guys hand
handle hard help high highest home hour hours hundred husband idea important include included including information
issue item items keep kid kids kind kinds large last later least left like little live longest look lot low lowest
made make makes man manage matter maximum maybe mean means minimum mistake money month months morning mother mum
name need needed needs neighbor neighbour new next nice nine normal normally now number offer old open option
options order ordered part partner pay people person pick place plan planning possible price probably problem
product products provide put question read reason receive recommend require required requires rest right run said
say saying says second see seem send set seven several show simple since sister six small smaller somebody somehow
someone something sometimes son soon sort specific spring start stop straight summer sure system take takes taking
ten thing things think third thousand three time times title today told tomorrow tonight top total towards try
trying turn twelve twice two type types uncle understand unfortunately use used user users using usual usually value
way ways week weekend weeks well whole wife winter wish without woman wonder wondering work working works worry
wrong year years yesterday
"""
"""Words that frame a question or tell who asks, rather than name its subject."""

EVERYDAY = """
accept accident act actual adult afraid age ahead air along angry appear area arm arrange arrive avoid aware baby
bag basically bath beach beat bed beside beyond birthday blame block blow body book border bored borrow bounce box
break breakfast bright broke bunch burn busy cabin care careful carry catch cause chair chance chat choice christmas
church city class clean clear climb close clothes cloud coat coffee cold comfortable complete computer confirm
confused contain control cook cool copy corner count country couple cover crash crazy cross cry cup curious cut
daily damn danger dark dead dear decide deep desk die dinner dirty disappear discover divide dog door double doubt
drag draw dream dress drink drive drop dry due dust duty eat edge effect effort empty enjoy enter event exact except
excited exit expire extra eye face fail fair fall famous fan farm fault favourite fear feed field fight figure fill
final finger fire fit flat floor fly fold food foot force forget forgot form forward freeze fresh front fuel fun
funny garage garden gate gather gift glad glass gone grab grandma grandpa grandson grass ground group grow guess
guest gym habit half hall hang hardly hat hate head heat heavy height hide hit hobby hole holiday hope horse
hospital hot hotel hungry hurry hurt ice imagine immediate impossible indeed inside interest invite job join joke
joy jump kick kill kitchen knock lady lake land language lately laugh lay lazy lead leaf lean learn leg lend length
less level lie life lift lip list listen load local lock lonely loose lose lost loud love lovely luck lucky lunch
mad main march mark marry massive meal meanwhile meet mess mid mind miss mix mood moon mouth move music narrow near
nearly neat neck nervous night nobody noise none noon nose note notice object obvious odd office ordinary outside
pack page pain pair paper parent park party pass past patient pause peace perfect perhaps permit phone picture piece
pink plain planet plate play pleasant pocket point polite poor popular position post pour practice prefer prepare
present press pretty prevent pride print private promise proper proud prove public pull purpose push quality quarter
quiet quit quote race rain raise ran rather reach real recent record red reduce refuse regular relax remember remind
repeat replace reply report reserve respect rich ride ring rise risk river road room rough round row rule rush sad
safe sand save scared school sea season seat secret sell senior sense separate serious settle shake shape share
sharp shelf shine shock shoe shoot shop short shout shut shy sick side sign silly similar single sink sit situation
skin sky sleep slip slow smart smash smell smile smoke smooth snow soap soft soil song sorry sound space spare speak
spend split spoil spot spread square stable stairs stand star stay steal steep stick stolen stone store storm story
stranger street stress strike string strong stuck stuff stupid succeed sudden suffer sugar suggest suit sun super
supply support suppose surface surprise sweet swim table tail talk tall task taste tea teach team tear tend terrible
test thick thin throw tight tiny tip tired together tongue tooth touch tough tour town track trade traffic train
trap travel treat tree trick trip trouble true trust truth ugly unable unfair unless unusual upset useful vacation
various view village visit voice wait wake walk wall warm wash waste watch water weak wear weather wedding weight
weird wet wheel white wide wild win wind window wine wing wise wonderful wood word world worse worst worth write
yard yellow young
"""
"""Words in which people tell their story, and which an answer seldom repeats."""

SAME = """
price cost fee charge rate pricing priced tariff expensive cheap surcharge
cancel terminate cancellation termination quit unsubscribe
delete remove erase deletion removal uninstall
change modify edit update amend adjust alter
return giveback sendback
exchange swap
refund reimburse reimbursement moneyback repay
purchase acquire buy
deliver ship shipping delivery shipment dispatch
parcel package
arrive arrival
broken damage defective faulty defect damaged smash crack dent fault scratch
crash accident collision
phone telephone hotline
signin login logon log sign
signup register registration enrol enroll join
password passcode
start begin launch
stop end finish
collect pickup collection fetch
switch turn
turnon activation enable activate
turnoff disable deactivate deactivation shutdown
hold keep
problem trouble issue
house home
work job
employee staff worker
employer boss
firm company business organisation organization corporate commercial
child kid children toddler
picture photo image photograph
guarantee warranty
bike bicycle ebike
colour color
shop store branch
repair fix mend service
mechanic technician
weight weigh heavy kg
height tall
distance far range
speed fast quick
size dimension measurement
length long
limit restriction maximum max most cap highest biggest
minimum least min lowest
document docs documentation
setup install configure installation configuration
requirement require prerequisite
error failure
pause freeze suspend
subscription membership
mail email
address location
pay payment paid
invoice bill receipt
discount coupon voucher promo promotional rebate
bring take carry
lost missing lose
contact reach
reply respond answer response
message text
cryptocurrency crypto bitcoin ethereum
light lamp
rear back
room space
reserve book booking reservation
borrow loan lend loaner
appointment slot
steal theft stolen thief
extend extension prolong renew renewal
expire expiry expiration valid validity
reject decline refuse denied deny
lawyer solicitor
plane aeroplane airplane flight
country nation
insure insurance
salary wage
customs duty
refer referral recommend
upload attach attachment
restore recover recovery
owner own ownership
secure security
clean wash
cold frost freezing
hot heat overheat warm
noise sound loud
connect pair pairing
screen display
kilometre km mile
licence license
server host hosting
folder directory
agent representative
"""
"""Groups of words that support texts use for one another, one a line, named by its first word."""
