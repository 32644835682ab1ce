"""Stems of the passwords that are guessed first; digits and signs around a stem do not make it better."""

_STEMS = """
password passwort passw0rd p4ssw0rd p4ssword pa55word pa55w0rd motdepasse contrasena wachtwoord senha parola
qwerty qwertyui qwertyuiop qwertz qwertzuiop azerty azertyuiop asdfghjk asdfghjkl asdfasdf asdfqwer zxcvbnm
qazwsx qazwsxedc qweasd qweasdzxc qwer qwerasdf zaqwsx abcdefgh abcdefghi abcdefg abcdef abcd abc aaaaaaaa
letmein iloveyou ilovegod loveyou lovely trustno welcome welcomehome changeme secret topsecret default guest
administrator admin adminadmin root toor superuser test testtest tester testing login signin access master
dragon monkey football baseball basketball soccer hockey sunshine princess superman batman spiderman ironman
starwars pokemon nintendo minecraft whatever freedom computer internet keyboard software microsoft windows
google facebook instagram youtube linkedin twitter samsung iphone android apple banana cookie chocolate coffee
michael michelle jennifer jessica jordan charlie daniel thomas matthew andrew anthony joshua ashley amanda
nicole danielle elizabeth christian alexander benjamin samantha stephanie victoria hannah natasha patrick
shadow killer hunter ranger buster tigger harley maverick mustang corvette ferrari mercedes porsche yamaha
chelsea liverpool arsenal barcelona realmadrid juventus manchester united rangers cowboys yankees lakers
summer winter autumn spring january february march april may june july august september october november
december monday tuesday wednesday thursday friday saturday sunday london paris berlin newyork america canada
flower butterfly angel babygirl sweetheart blessed jesus christ heaven forever family friends mother father
hello helloworld hallo bonjour goodluck nothing something anything somebody nobody support helpdesk sidekick
correcthorsebatterystaple thisisapassword mypassword newpassword yourpassword passwordpassword
"""
COMMON = frozenset(_STEMS.split())
